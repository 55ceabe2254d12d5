"""Make the recordings in this folder, and the labels that say what is in them.

    python recordings/make.py [FOLDER]

The same bits come out each time: every recording has its own seed, and what leaves the simulator is rounded well
below the resolution of the clip.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from imucount import Recording, Samples, write_csv
from imucount.simulate import Circles, Clip, Movement, Part, Simulation, Wearer, programme, simulate

SAMPLING_RATE_HZ = 50.0
T_DECIMALS, ACC_DECIMALS, GYR_DECIMALS = 4, 4, 5  # s, m/s², rad/s; the clip resolves 0.0024 m/s² and 0.0005 rad/s


@dataclass(frozen=True)
class Take:
    """One recording to make."""

    what: str
    seed: int
    script: tuple[Part, ...]
    wearer: Wearer = field(default_factory=Wearer)
    clip: Clip = field(default_factory=lambda: Clip(sampling_rate_hz=SAMPLING_RATE_HZ))


def standing(duration_s: float) -> Movement:
    """Stand quietly."""
    return Movement("standing", duration_s)


TAKES = {
    "programme_right.csv": Take(
        "the whole programme, 3 x 10 forward and 3 x 10 backward circles",
        seed=1,
        script=programme(rest_s=12.0),
    ),
    "programme_left.csv": Take(
        "the whole programme, 3 x 10 forward and 3 x 10 backward circles, a little faster",
        seed=2,
        script=programme(period_s=2.5, rest_s=12.0),
        wearer=Wearer(side="left"),
    ),
    "separate_moves.csv": Take(
        "a beginner, who makes four separate moves with a pause at each position",
        seed=3,
        script=programme(period_s=5.0, separate=True, rest_s=15.0, sets=1),
    ),
    "very_slow.csv": Take(
        "very slow circles of 8 s",
        seed=4,
        script=programme(period_s=8.0, rest_s=15.0, sets=1),
        wearer=Wearer(side="left"),
    ),
    "fast.csv": Take(
        "fast circles of 1.2 s",
        seed=5,
        script=programme(period_s=1.2, rest_s=10.0, sets=2),
    ),
    "small_range.csv": Take(
        "small circles: 10 deg of elevation and 6 deg of protraction at the girdle",
        seed=6,
        script=programme(elevation_deg=10.0, protraction_deg=6.0, rest_s=12.0, sets=1),
    ),
    "walking_and_sitting.csv": Take(
        "walking, sitting and arm swings between the sets",
        seed=7,
        script=(
            standing(5.0),
            Circles(10, "forward"),
            Movement("walking", 25.0),
            standing(4.0),
            Circles(8, "forward", period_s=2.5),
            standing(3.0),
            Movement("sitting", 25.0),
            Movement("arm_swings", 10.0),
            standing(4.0),
            Circles(10, "backward"),
            standing(3.0),
            Movement("walking", 15.0),
        ),
        wearer=Wearer(side="left"),
    ),
    "loss_and_outage.csv": Take(
        "a clip that loses 12 % of its packets, 1 s within the second set and 5 s of the rest after it",
        seed=8,
        script=programme(period_s=3.5, rest_s=15.0, reps=8, sets=2),
        clip=Clip(
            sampling_rate_hz=SAMPLING_RATE_HZ,
            packet_loss=0.12,
            outages=((62.0, 1.0), (87.0, 5.0)),
            clock_error=0.01,
        ),
    ),
    "accelerometer_only.csv": Take(
        "a clip without gyroscope",
        seed=9,
        script=programme(rest_s=12.0, sets=1),
        clip=Clip(sampling_rate_hz=SAMPLING_RATE_HZ, gyroscope=False),
    ),
    "other_movements.csv": Take(
        "nothing but other movements, one after the other",
        seed=10,
        script=(
            standing(5.0),
            Movement("walking", 25.0),
            Movement("arm_swings", 20.0),
            Movement("shrugs", 20.0),
            Movement("squeezes", 20.0),
            Movement("twists", 20.0),
            Movement("bows", 20.0),
            Movement("sitting", 30.0),
            standing(5.0),
        ),
    ),
}


def make(name: str, folder: Path) -> Simulation:
    """Write one recording, and return what it was made from."""
    take = TAKES[name]
    simulation = simulate(take.script, wearer=take.wearer, clip=take.clip, seed=take.seed)
    exact = simulation.samples
    samples = Samples(
        t=np.round(exact.t, T_DECIMALS),
        acc=_rounded(exact.acc, ACC_DECIMALS),
        gyr=None if exact.gyr is None else _rounded(exact.gyr, GYR_DECIMALS),
    )
    metadata = {"simulated": "yes", "description": take.what, "software": "recordings/make.py"}
    recording = Recording(samples, simulation.side, take.clip.sampling_rate_hz, metadata)
    write_csv(folder / name, recording)
    return simulation


def _rounded(values: np.ndarray, decimals: int) -> np.ndarray:
    return np.round(values, decimals) + 0.0  # no -0.0


def main() -> None:
    """Make all of them, and the labels."""
    parser = argparse.ArgumentParser(description="Make the recordings and their labels.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent)
    folder = parser.parse_args().folder

    sets: list[list[object]] = []
    reps: list[list[object]] = []
    for name in TAKES:
        for number, true_set in enumerate(make(name, folder).sets, start=1):
            span = (f"{true_set.start_s:.3f}", f"{true_set.end_s:.3f}")
            sets.append([name, number, true_set.direction, len(true_set.reps), *span])
            for count, rep in enumerate(true_set.reps, start=1):
                span = (f"{rep.start_s:.3f}", f"{rep.end_s:.3f}")
                turned = (f"{rep.elevation_deg:.2f}", f"{rep.protraction_deg:.2f}")
                reps.append([name, number, count, rep.direction, *span, *turned])
    for file, header, rows in (
        ("labels.csv", ["file", "set", "direction", "reps", "start_s", "end_s"], sets),
        (
            "labels_reps.csv",
            ["file", "set", "rep", "direction", "start_s", "end_s", "elevation_deg", "protraction_deg"],
            reps,
        ),
    ):
        with open(folder / file, "w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)


if __name__ == "__main__":
    main()
