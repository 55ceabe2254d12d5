"""What counting costs, beside what one would use instead: `python -m benchmarks.speed`.

One run, one process, one core, except for what is measured in a process of its own: memory and start-up. The
seconds for a million samples are of CPU: what other programs do meanwhile adds little to them.
"""

from __future__ import annotations

import argparse
import functools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

import imucount
from benchmarks.conditions import FIRST_SEED, other_movement_between, prescribed
from benchmarks.counting_peers import count_like_recofit
from benchmarks.peers import PlainSet, count_by_autocorrelation, count_by_peaks
from imucount import Exercise, RecordingWriter, Samples
from imucount.simulate import Circles, Clip, Movement, Simulation, TrueSet, simulate

RATE_HZ = 100.0
PACKET_SAMPLES = 10
MOST_IN_PACKETS = 12_000
LIVE_AIMS_PERCENT = {1: 0.4, 10: 0.1}
REPEATS = 3
SPEED_SEED = FIRST_SEED + 50_000_000

EXERCISES: tuple[Exercise, ...] = ("shoulder-circles", "cyclic")
PEERS = {"find_peaks": count_by_peaks, "autocorrelation": count_by_autocorrelation}

PLAIN_COUNT_OF_A_CSV = """
import pandas as pd
from benchmarks.peers import {count}
from imucount import Samples
table = pd.read_csv({path!r}).to_numpy()
sets = {count}(Samples(table[:, 0], table[:, 1:4], table[:, 4:7]))
print(sum(each.reps for each in sets))
"""
COUNT_A_CSV = """
import imucount
print(len(imucount.count({path!r}, side="right").reps))
"""
PEAK_MEMORY = """
try:
    with open("/proc/self/status") as status:  # what the parent used does not count here
        kilobytes = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
except OSError:
    import resource, sys
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)
print(kilobytes / 1024)
"""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument(
        "--sessions", type=int, default=30, help="about 35 000 samples each (default: %(default)s)"
    )
    parser.add_argument(
        "--hours", type=float, default=24.0, help="length of the long CSV; 0 leaves it out (default: %(default)s)"
    )
    parser.add_argument(
        "--minutes", type=float, default=10.0, help="of each kind of movement (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    simulations = [session(number) for number in range(options.sessions)]

    rows = [*sessions_in_memory(simulations), *packets(simulations[0]), *kinds_of_movement(options.minutes)]
    with tempfile.TemporaryDirectory() as folder:
        rows += csv_files(simulations, Path(folder))
        if options.hours > 0:
            rows += long_csv(simulations, Path(folder) / "long.csv", options.hours)
    rows += start_up()
    print("| what | imucount | aim | beside it | ratio |", "|---|---|---|---|---|", sep="\n")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    print()
    print("\n".join(exactness(simulations)))


def session(number: int) -> Simulation:
    """A session of circles at 100 Hz, in turn with rests and with other movement between the sets."""
    seed = SPEED_SEED + number
    take = (prescribed, other_movement_between)[number % 2](np.random.default_rng([seed, 1]))
    return simulate(take.script, wearer=take.wearer, clip=Clip(sampling_rate_hz=RATE_HZ), seed=seed)


Row = tuple[str, str, str, str, str]
Clock = Callable[[], float]


def sessions_in_memory(simulations: Sequence[Simulation]) -> list[Row]:
    """Seconds of the processor for a million samples that are in memory."""
    million = sum(len(each.samples) for each in simulations) / 1e6

    def of_all(count: Callable[[Samples], object]) -> float:
        return best_s(lambda: [count(each.samples) for each in simulations]) / million

    own_s = of_all(lambda samples: imucount.count(samples, side="right"))
    return [
        row("samples in memory, s a million", own_s, "<= 0.3", of_all(count), name)
        for name, count in PEERS.items()
    ]


def kinds_of_movement(minutes: float) -> list[Row]:
    """Seconds of the processor for a million samples of one kind of movement, counted as either exercise."""
    kinds: dict[str, list[Circles | Movement]] = {
        "rest": [Movement("sitting", 60.0)],
        "walking": [Movement("walking", 60.0)],
        "exercise": [Circles(10, "forward", period_s=3.0), Movement("standing", 30.0)],
    }
    aims = {"rest": "", "walking": "<= 25", "exercise": "<= 20"}
    rows = []
    for kind, parts in kinds.items():
        for rate_hz in (25.0, 100.0):
            script = parts * max(1, round(minutes))
            samples = simulate(script, clip=Clip(sampling_rate_hz=rate_hz), seed=SPEED_SEED).samples
            million = len(samples) / 1e6
            peer_s = best_s(functools.partial(count_like_recofit, samples), 1) / million
            for exercise in EXERCISES:
                own_s = best_s(functools.partial(imucount.count, samples, "right", exercise=exercise), 1) / million
                what = f"{kind} at {rate_hz:g} Hz as {exercise}"
                aim = aims[kind] if exercise == "cyclic" else ""
                rows.append(row(f"{what}, s a million", own_s, aim, peer_s, "RecoFit-style"))
                for size, most in LIVE_AIMS_PERCENT.items():
                    live = in_packets_percent(samples[:MOST_IN_PACKETS], exercise, size)
                    aim = f"<= {most:g}" if rate_hz == RATE_HZ else ""
                    packets_of = f"{what} in packets of {size}, % of a core"
                    rows.append(row(packets_of, live, aim, 1e-4 * rate_hz * peer_s, "RecoFit-style at once"))
    return rows


def in_packets_percent(samples: Samples, exercise: Exercise, size: int) -> float:
    """How busy a processor is that counts live, in percent."""
    cut = [samples[start : start + size] for start in range(0, len(samples), size)]

    def count() -> None:
        counter = imucount.RepCounter("right", exercise=exercise)
        for packet in cut:
            counter.update(packet)
        counter.finish()

    return 100.0 * best_s(count, 1) / float(samples.t[-1] - samples.t[0])


def packets(simulation: Simulation) -> list[Row]:
    """Milliseconds for a packet of a live stream."""
    counter = imucount.RepCounter(side=simulation.side)
    samples = simulation.samples
    cut = [samples[start : start + PACKET_SAMPLES] for start in range(0, len(samples), PACKET_SAMPLES)]
    took_ms = []
    for packet in cut:
        started = time.perf_counter()
        counter.update(packet)
        took_ms.append(1e3 * (time.perf_counter() - started))
    lasts_ms = 1e3 * PACKET_SAMPLES / RATE_HZ
    what = f"a packet of {PACKET_SAMPLES} samples, ms"
    return [
        row(f"{what}, median", statistics.median(took_ms), "< 1", lasts_ms, "the time it lasts"),
        row(f"{what}, 99th percentile", float(np.percentile(took_ms, 99)), "", lasts_ms, "the time it lasts"),
    ]


def csv_files(simulations: Sequence[Simulation], folder: Path) -> list[Row]:
    """Seconds of the processor for a million rows of CSV, to a session."""
    import pandas as pd

    def by_pandas(count: Callable[[Samples], list[PlainSet]]) -> Callable[[Path], list[PlainSet]]:
        def read_and_count(path: Path) -> list[PlainSet]:
            table = pd.read_csv(path, comment="#").to_numpy()
            return count(Samples(table[:, 0], table[:, 1:4], table[:, 4:7]))

        return read_and_count

    paths = [folder / f"{number}.csv" for number in range(len(simulations))]
    for path, simulation in zip(paths, simulations, strict=True):
        with RecordingWriter(path, has_gyroscope=True, side=simulation.side) as writer:
            writer.append(rounded(simulation.samples))
    million = sum(len(each.samples) for each in simulations) / 1e6

    def of_all(count: Callable[[Path], object]) -> float:
        return best_s(lambda: [count(path) for path in paths]) / million

    own_s = of_all(imucount.count)
    return [
        row("CSV to session, s a million", own_s, "<= 0.8", of_all(by_pandas(count)), f"pandas and {name}")
        for name, count in PEERS.items()
    ]


def long_csv(simulations: Sequence[Simulation], path: Path, hours: float) -> list[Row]:
    """Seconds and memory for a day in one file: the sessions, one after the other, over and over."""
    lines = []
    for simulation in simulations:
        samples = rounded(simulation.samples)
        assert samples.gyr is not None
        table = np.column_stack([samples.acc, samples.gyr]).tolist()
        lines += [",".join(map(repr, values)) for values in table]
    n = round(hours * 3600.0 * RATE_HZ)
    with open(path, "w", encoding="utf-8", newline="\n") as stream:
        stream.write("t,ax,ay,az,gx,gy,gz\n")
        for start in range(0, n, len(lines)):
            stream.writelines(
                f"{(start + index) / RATE_HZ:.2f},{line}\n" for index, line in enumerate(lines[: n - start])
            )
    own_s, own_mb = child(COUNT_A_CSV.format(path=os.fspath(path)))
    what = f"a CSV of {hours:g} h at {RATE_HZ:g} Hz, {n / 1e6:.1f} million rows"
    rows = []
    for peer in ("find_peaks", "autocorrelation"):
        script = PLAIN_COUNT_OF_A_CSV.format(path=os.fspath(path), count=PEERS[peer].__name__)
        peer_s, peer_mb = child(script)
        rows += [
            row(f"{what}, MB of memory", own_mb, "< 500", peer_mb, f"pandas and {peer}"),
            row(f"{what}, s", own_s, "", peer_s, f"pandas and {peer}"),
        ]
    return rows


def start_up() -> list[Row]:
    """Seconds of wall time, on a warm cache."""
    python = [sys.executable, "-c"]
    bare_s = best_s(lambda: subprocess.run([*python, "pass"], check=True), 5, time.perf_counter)
    import_s = best_s(lambda: subprocess.run([*python, "import imucount"], check=True), 5, time.perf_counter)
    scipy_s = best_s(lambda: subprocess.run([*python, "import scipy.signal"], check=True), 5, time.perf_counter)
    help_command = [sys.executable, "-m", "imucount", "--help"]
    help_s = best_s(
        lambda: subprocess.run(help_command, check=True, stdout=subprocess.DEVNULL), 5, time.perf_counter
    )
    return [
        row("`import imucount`, s, Python included", import_s, "< 0.3", scipy_s, "`import scipy.signal`"),
        row("`imucount --help`, s, Python included", help_s, "< 0.4", bare_s, "Python alone"),
    ]


def exactness(simulations: Sequence[Simulation]) -> list[str]:
    """The same sessions, counted by each: sets of which the number of reps is right, whatever the direction."""
    off: dict[str, list[float]] = {name: [] for name in ("imucount", *PEERS)}
    for simulation in simulations:
        session = imucount.count(simulation.samples, side=simulation.side)
        found = {
            "imucount": [PlainSet(each.start_s, each.end_s, len(each.reps)) for each in session.sets],
            **{name: count(simulation.samples) for name, count in PEERS.items()},
        }
        for name, sets in found.items():
            off[name] += [off_by(sets, true_set) for true_set in simulation.sets]
    return [
        f"| {len(off['imucount'])} sets, direction aside | exact | within 1 |",
        "|---|---|---|",
        *(
            f"| {name} | {np.mean(np.array(each) == 0):.1%} | {np.mean(np.array(each) <= 1):.1%} |"
            for name, each in off.items()
        ),
    ]


def off_by(found: Sequence[PlainSet], true_set: TrueSet) -> float:
    """By how many reps the one overlapping set is off; infinite unless just one overlaps."""
    overlapping = [each for each in found if each.start_s < true_set.end_s and each.end_s > true_set.start_s]
    return abs(overlapping[0].reps - len(true_set.reps)) if len(overlapping) == 1 else float("inf")


# ---------------------------------------------------------------------------------------------
# measuring


def row(what: str, own: float, aim: str, peer: float, peer_name: str) -> Row:
    return what, f"{own:.3g}", aim, f"{peer:.3g} ({peer_name})", f"{own / peer:.2g}"


def best_s(work: Callable[[], object], repeats: int = REPEATS, clock: Clock = time.process_time) -> float:
    """Shortest of some runs, s, by default of the processor: the rest of the machine only ever adds."""
    took_s = []
    for _ in range(repeats):
        started = clock()
        work()
        took_s.append(clock() - started)
    return min(took_s)


def child(program: str) -> tuple[float, float]:
    """Run a program; its wall time, s, and its largest memory, MB."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", program + PEAK_MEMORY], check=True, capture_output=True, text=True
    )
    return time.perf_counter() - started, float(done.stdout.split()[-1])


def rounded(samples: Samples) -> Samples:
    """Digits as a recorder writes them."""
    assert samples.gyr is not None
    return Samples(np.round(samples.t, 3), np.round(samples.acc, 4), np.round(samples.gyr, 5))


if __name__ == "__main__":
    main()
