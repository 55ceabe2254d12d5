"""batch: many recordings in, a file a session and the tables of all of them out."""

from __future__ import annotations

import csv
import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from os import PathLike, fspath
from typing import TYPE_CHECKING, Unpack

from imucount.circles.profile import Profile
from imucount.cohort.collation import cohort_frame, collate
from imucount.cohort.results import ResultFiles
from imucount.cohort.task import Settings, Task
from imucount.counter import RepCounter
from imucount.cyclic.taught import ExerciseProfile
from imucount.errors import CountingError
from imucount.formats.layout_file import with_layout
from imucount.formats.reading import HowToRead, ReadingOptions
from imucount.formats.sessions import sessions_of
from imucount.parquet import check_parquet
from imucount.paths import files_of
from imucount.session import Rows, Session
from imucount.sets import Exercise, Side
from imucount.whole_file import check_place, replaced

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd

__all__ = ["Batch", "BatchFailure", "batch"]

TABLES = ("reps", "sets", "errors")


@dataclass(frozen=True, slots=True)
class BatchFailure:
    """A recording that could not be counted.

    Attributes
    ----------
    file : str
        As it was named.
    error : str
        Name of what was raised, such as "RecordingError".
    message : str
        What it says.
    """

    file: str
    error: str
    message: str


@dataclass(frozen=True, slots=True, weakref_slot=True, repr=False)
class Batch:
    """What became of many recordings.

    Attributes
    ----------
    out : str
        The folder with the results.
    files : tuple of str
        The recordings that are counted, as they were named and in that order.
    failures : tuple of BatchFailure
        The others.
    unchanged : int
        How many of `files` had been counted before, with the same settings by the same version.
    reps, sets : int
        How many there are in all.
    """

    out: str
    files: tuple[str, ...]
    failures: tuple[BatchFailure, ...]
    unchanged: int
    reps: int
    sets: int

    def __repr__(self) -> str:
        return (
            f"<Batch of {len(self.files)} recordings, {self.reps} reps in {self.sets} sets; "
            f"{len(self.failures)} not counted; in {self.out}>"
        )

    def sessions(self) -> Iterator[Session]:
        """Read one session after the other, in the order of `files`.

        Raises
        ------
        RecordingError
            If a result is gone or damaged.
        """
        results = ResultFiles(self.out)
        return (results.session_of(os.path.abspath(file), file) for file in self.files)

    def to_frame(self, rows: Rows = "reps") -> pd.DataFrame:
        """Put all sessions into one table, as reps.csv and sets.csv have it.

        Raises
        ------
        RecordingError
            If a result is gone or damaged.
        CountingError
            If `rows` is neither "reps" nor "sets".
        """
        return cohort_frame(self.sessions(), rows)


def batch(
    paths: str | PathLike[str] | Iterable[str | PathLike[str]],
    out: str | PathLike[str] | None = None,
    *,
    side: Side | None = None,
    min_reps: int = 2,
    exercise: Exercise = "shoulder-circles",
    profile: Profile | ExerciseProfile | None = None,
    executor: Executor | None = None,
    processes: int | None = None,
    parquet: bool = False,
    progress: Callable[[int, int, int], None] | None = None,
    **told: Unpack[ReadingOptions],
) -> Batch:
    """Count many recordings, several at a time; one that cannot be counted stops no other.

    Parameters
    ----------
    paths : path-like or iterable of path-like
        Recordings, and folders of them. Files that are parts of one recording are counted as one.
    out : path-like, optional
        A folder for the results, made if it is not there: `sessions/` with a JSON file a recording, the tables
        reps.csv and sets.csv of all of them, and errors.csv. A recording of which the folder has a result is not
        counted again, unless its bytes, the settings or the version of imucount are others. Without it the results
        lie in a temporary folder that goes with what is returned.
    side, min_reps, exercise, profile
        As of `imucount.count`, for all recordings.
    executor : concurrent.futures.Executor, optional
        Where they are counted, such as `distributed.Client(address).get_executor()`; its workers must find the
        recordings at the same paths, and need not reach `out`. Without it that is in processes of this machine.
    processes : int, optional
        How many, at least 1; as many as there are processors if not told.
    parquet : bool, default False
        Write the tables as Parquet, too; this needs the extra `parquet`.
    progress : callable, optional
        Called after each recording with how many are done, how many are left and how many failed.
    **told
        How to read them, as of `imucount.read`.

    Returns
    -------
    Batch

    Raises
    ------
    CountingError
        If there is nothing to count, the settings do not go together, or the workers are gone. What was counted
        before that is kept in `out`.
    RecordingError
        If a folder has no recordings, or the results cannot be written.

    Notes
    -----
    A script that calls this without an executor needs `if __name__ == "__main__":`, as anything that starts
    processes.

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> with ThreadPoolExecutor(1) as one_after_the_other:
    ...     done = batch(["no_such.csv"], executor=one_after_the_other)
    >>> done.files, [(each.file, each.error) for each in done.failures]
    ((), [('no_such.csv', 'RecordingError')])
    """
    from imucount.cohort.running import AHEAD, WorkersLost, in_processes, on_executor, usable_processors

    RepCounter(side, min_reps=min_reps, exercise=exercise, profile=profile)  # refuses what does not go together
    settings = Settings(side, min_reps, exercise, profile, with_layout(HowToRead(**told)))
    if executor is not None and processes is not None:
        raise CountingError("expected an executor or a number of processes, got both")
    if executor is not None and not callable(getattr(executor, "submit", None)):
        raise CountingError(f"expected an executor of concurrent.futures, got {type(executor).__name__}")
    if processes is not None and (isinstance(processes, bool) or not isinstance(processes, int) or processes < 1):
        raise CountingError(f"expected at least 1 process, got {processes!r}")
    if parquet:
        check_parquet()
    place = tempfile.mkdtemp(prefix="imucount-") if out is None else os.path.abspath(fspath(out))
    try:
        recordings = _recordings(paths, place)
        files = {parts[0]: file for parts, file in recordings.items()}
        results = ResultFiles(place)
        for name in TABLES:
            check_place(os.path.join(place, f"{name}.csv"))
        tasks = (Task(parts, settings, results.key_of(parts[0])) for parts in recordings)
        failed: dict[str, BatchFailure] = {}
        unchanged = 0
        try:
            outcomes = (
                in_processes(tasks, processes or min(usable_processors(), len(files)))
                if executor is None
                else on_executor(tasks, executor, AHEAD)
            )
            for done, (task, outcome) in enumerate(outcomes, 1):
                if outcome.key is None:
                    failed[task.path] = BatchFailure(files[task.path], outcome.error or "", outcome.message or "")
                elif outcome.session is None:
                    unchanged += 1
                else:
                    results.keep(task.path, outcome.key, outcome.session)
                if progress is not None:
                    progress(done, len(files) - done, len(failed))
        except WorkersLost as lost:
            raise CountingError(
                f"expected an executor that works to the end, got one that gave up with {len(lost.tasks)} "
                "recordings in hand; what was counted is kept, so the same call on another executor goes on from "
                "there"
            ) from lost
        counted = {path: file for path, file in files.items() if path not in failed}
        failures = tuple(failed[path] for path in files if path in failed)
        _write_errors(os.path.join(place, "errors.csv"), failures)
        sessions = (results.session_of(path, file) for path, file in counted.items())
        n_reps, n_sets = collate(place, sessions, parquet)
        made = Batch(place, tuple(counted.values()), failures, unchanged, n_reps, n_sets)
    except BaseException:
        if out is None:
            shutil.rmtree(place, ignore_errors=True)
        raise
    if out is None:
        weakref.finalize(made, shutil.rmtree, place, ignore_errors=True)
    return made


def _recordings(
    paths: str | PathLike[str] | Iterable[str | PathLike[str]], out: str
) -> dict[tuple[str, ...], str]:
    """Name recordings by where their files are, without the results of this and other runs that lie among them."""
    named = [paths] if isinstance(paths, (str, PathLike)) else list(paths)
    files: dict[str, str] = {}
    for file in files_of([os.fsdecode(path) for path in named]):
        files.setdefault(os.path.abspath(file), file)
    folders = {os.path.dirname(path) for path in files}
    tables = {folder: {os.path.join(folder, f"{name}.csv") for name in TABLES} for folder in {out, *folders}}
    results = [each for folder, each in tables.items() if folder == out or all(map(os.path.exists, each))]
    for path in set().union(*results):
        files.pop(path, None)
    if not files:
        raise CountingError("expected recordings to count, got none")
    return {parts: files[parts[0]] for parts in sessions_of(list(files))}


def _write_errors(path: str, failures: Iterable[BatchFailure]) -> None:
    with replaced(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "error", "message"])
        writer.writerows([_text(each.file), each.error, each.message] for each in failures)


def _text(name: str) -> str:
    """Write a name that is no text in the file system's encoding as text all the same."""
    return name.encode("utf-8", "replace").decode("utf-8")
