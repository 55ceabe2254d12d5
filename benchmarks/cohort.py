"""What a cohort costs, beside a plain script on the same workers: `python -m benchmarks.cohort`.

Recordings a minute, by wall time, on workers that have counted some before: this process alone, processes of this
machine, and a Dask cluster on it. Then the memory of the process that hands out the work and puts the tables
together, for many small recordings.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import imucount
from benchmarks.peers import count_a_csv_by_peaks
from benchmarks.speed import child, rounded, session
from imucount import RecordingWriter, Samples
from imucount.cohort.running import usable_processors
from imucount.simulate import Circles, Movement, simulate

DIFFERENT = 8
"""So many sessions are simulated; a cohort is copies of them. A copy costs as much to count as another one."""

COUNT_A_COHORT = """
import imucount
made = imucount.batch({folder!r}, {out!r}, processes={processes})
assert made.failures == () and len(made.files) == {recordings}, made
"""


class Serial(Executor):
    """Does at once what it is given."""

    def submit(self, fn, /, *args, **kwargs):  # type: ignore[no-untyped-def]
        future: Future[object] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@contextmanager
def serial(workers: int) -> Iterator[Executor]:
    yield Serial()


@contextmanager
def processes(workers: int) -> Iterator[Executor]:
    with ProcessPoolExecutor(workers, get_context("spawn")) as executor:
        yield executor


@contextmanager
def dask(workers: int) -> Iterator[Executor]:
    from distributed import LocalCluster

    from imucount.cohort.dask_cluster import dask_executor

    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0") as cluster,  # type: ignore[no-untyped-call]
        dask_executor(cluster.scheduler_address) as executor,
    ):
        yield executor


EXECUTORS = {"serial": serial, "processes": processes, "dask": dask}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cohort", description=__doc__)
    parser.add_argument(
        "--recordings", type=int, default=60, help="about 35 000 samples each (default: %(default)s)"
    )
    parser.add_argument("--workers", type=int, default=usable_processors(), help="(default: %(default)s)")
    parser.add_argument(
        "--small",
        type=int,
        nargs="*",
        default=[100, 1000],
        metavar="N",
        help="numbers of small recordings whose memory is measured (default: 100 1000)",
    )
    parser.add_argument(
        "--on", nargs="*", choices=EXECUTORS, default=list(EXECUTORS), help="which workers (default: all)"
    )
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        if options.on:
            print(
                "| workers | imucount, recordings a minute | pandas and find_peaks | ratio |",
                "|---|---|---|---|",
                sep="\n",
            )
            write_copies(
                Path(folder, "cohort"), [session(n).samples for n in range(DIFFERENT)], options.recordings
            )
        for name in options.on:
            own, peer = rates_per_min(Path(folder), EXECUTORS[name], options.workers)
            number = 1 if name == "serial" else options.workers
            print(f"| {name}, {number} | {own:.0f} | {peer:.0f} | {own / peer:.2f} |")
        if options.small:
            print(
                "", "| small recordings | MB of memory | s | recordings a minute |", "|---|---|---|---|", sep="\n"
            )
        for number in options.small:
            took_s, peak_mb = memory_of(Path(folder, f"small{number}"), number, options.workers)
            print(f"| {number} | {peak_mb:.0f} | {took_s:.0f} | {60 * number / took_s:.0f} |")


def write_copies(folder: Path, takes: Sequence[Samples], number: int) -> None:
    """Write so many recordings to a folder, these in turn."""
    folder.mkdir()
    written = []
    for index, samples in enumerate(takes[:number]):
        written.append(folder / f"{index:05}.csv")
        with RecordingWriter(written[-1], has_gyroscope=True, side="right") as writer:
            writer.append(rounded(samples))
    for index in range(len(written), number):
        (folder / f"{index:05}.csv").write_bytes(written[index % len(written)].read_bytes())


def rates_per_min(folder: Path, workers: Callable[[int], object], number: int) -> tuple[float, float]:
    """Recordings a minute of imucount.batch, and of the plain script on the same workers."""
    paths = sorted(map(os.fspath, (folder / "cohort").iterdir()))
    with workers(number) as executor:  # type: ignore[attr-defined]
        imucount.batch(paths[: 2 * number], executor=executor)
        list(executor.map(count_a_csv_by_peaks, paths[: 2 * number]))
        started = time.perf_counter()
        made = imucount.batch(paths, executor=executor)
        own_s = time.perf_counter() - started
        assert len(made.files) == len(paths)
        started = time.perf_counter()
        counts = list(executor.map(count_a_csv_by_peaks, paths))
        with open(folder / "peaks.csv", "w", encoding="utf-8") as table:
            table.writelines(f"{path},{count}\n" for path, count in zip(paths, counts, strict=True))
        peer_s = time.perf_counter() - started
    return 60 * len(paths) / own_s, 60 * len(paths) / peer_s


def memory_of(folder: Path, number: int, workers: int) -> tuple[float, float]:
    """Wall time, s, and peak memory, MB, of a process that has small recordings counted, start-up included."""
    still = Movement("standing", 3.0)
    write_copies(folder, [simulate([still, Circles(5, "forward", period_s=2.5), still], seed=1).samples], number)
    program = COUNT_A_COHORT.format(
        folder=os.fspath(folder), out=os.fspath(folder) + "-out", processes=workers, recordings=number
    )
    return child(program)


if __name__ == "__main__":
    main()
