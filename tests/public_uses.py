"""What users write, for the type checker: everything here must be typed as it says. It is not run."""

import asyncio
from pathlib import Path
from typing import assert_type

import numpy as np
import pandas as pd

import imucount
from imucount import simulate
from imucount.simulate import Circles, Clip, Movement, Wearer


def arrays() -> imucount.Samples:
    samples = imucount.Samples([0.0, 0.1], [[0, 0, 9.8]] * 2)
    samples = imucount.Samples(t=[0, 1], acc=np.zeros((2, 3)), gyr=[[0.0, 0.0, 0.0]] * 2)
    samples = imucount.Samples(t=(0.0, 0.1), acc=[(0, 0, 9.8), (0, 0, 9.8)], gyr=None)
    samples = imucount.Samples(np.arange(2), np.zeros((2, 3), dtype=np.float32))
    assert_type(samples.duration_s, float)
    return imucount.Samples.concatenate([samples[:1], samples[1:]])


def recorded(path: Path) -> None:
    session = imucount.count(path, "right", min_reps=1, progress=lambda share: print(share))
    session = imucount.count(str(path), side=None, exercise="cyclic")
    session = imucount.count(arrays(), profile=imucount.Profile.load(path))
    session = imucount.count(pd.DataFrame({"t": [0.0]}))
    assert_type(session, imucount.Session)
    assert_type(session.to_frame("sets"), pd.DataFrame)
    session.to_csv(path, "sets")
    assert_type(imucount.Session.from_json(session.to_json()).provenance.file, str | None)
    for each in session.sets:
        assert_type(each.tempo.cadence_per_min, float)
        print(session.total(each.direction), [phase.position for rep in each.reps for phase in rep.phases])
    with imucount.open_csv(path) as reader:
        print([len(samples) for samples in reader], reader.header.side)
    imucount.write_csv(path, imucount.Recording(arrays(), side="left", metadata={"simulated": "yes"}))
    print(imucount.recording_of_frame(pd.DataFrame(), side="left"), imucount.inspect_csv(path).gaps)


def of_any_program(path: Path) -> None:
    columns = {"stamp": "t", "p": "ax", "q": "ay", "r": "az"}
    recording = imucount.read([path, path], columns=columns, units={"acc": "g"}, device="A", separator=";")
    session = imucount.count(path, "left", layout="mine.toml", acc_sign=-1, gyr_axes="y,-x,z")
    assert_type(imucount.to_bids(recording, session, "set", subject="01", run=1), str)


async def in_a_loop() -> None:
    async with imucount.open_source("csv:walk.zip", device="watch", speed=0) as source:
        async for update in imucount.stream(source, imucount.RepCounter(source.side)):
            assert_type(update.session, imucount.Session | None)


def by_packets(packets: list[imucount.Samples]) -> imucount.Session:
    counter = imucount.RepCounter("left", min_reps=1)
    reps: list[imucount.Rep] = []
    for packet in packets:
        reps += counter.update(packet)
    assert_type(counter.progress.phase, float | None)
    return counter.finish()


async def live() -> imucount.Session:
    async with imucount.open_source("sim:forward", side="right", speed=10) as source:
        counter = imucount.RepCounter(source.side)
        with imucount.Recorder("session.csv", source) as recorder:
            return await imucount.count_live(source, counter, recorder=recorder, on_update=show)


def show(update: imucount.LiveUpdate) -> None:
    print(update.now_s, [rep.direction for rep in update.reps], update.progress.pending)


def simulated() -> imucount.Profile:
    script: list[simulate.Part] = [Movement("standing", 5.0), Circles(3, "forward")]
    simulation = simulate.simulate(script, wearer=Wearer(side="left"), clip=Clip(gyroscope=True), seed=1)
    print(simulate.simulate(imucount.simulate.programme(sets=1)).sets, imucount.__version__)
    return imucount.teach(simulation.samples, direction="forward", side="left")


if __name__ == "__main__":
    asyncio.run(live())
