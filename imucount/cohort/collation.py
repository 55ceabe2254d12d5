"""Collation: the sessions of a cohort as a table of reps and one of sets, with few of them in memory at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from itertools import islice
from typing import TYPE_CHECKING, get_args

from imucount.parquet import parquet_table
from imucount.session import Rows, Session, frame_of
from imucount.whole_file import replaced

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["cohort_frame", "collate"]

AT_A_TIME = 100
"""Sessions that are put together at once: more are not faster."""


def cohort_frame(sessions: Iterable[Session], rows: Rows = "reps") -> pd.DataFrame:
    """Put the tables of sessions together: the columns of `Session.to_frame`, first the file, then the number."""
    frame = frame_of(list(sessions), rows).reset_index()
    return frame[["file", *(name for name in frame.columns if name != "file")]]


def collate(out: str, sessions: Iterable[Session], parquet: bool) -> tuple[int, int]:
    """Write reps.csv and sets.csv to a folder, and the same as Parquet if wanted, each whole or not at all.

    Returns
    -------
    reps, sets : int
        How many there are.

    Raises
    ------
    RecordingError
        If a file cannot be written.
    CountingError
        If Parquet is wanted and pyarrow not installed.
    """
    sessions = iter(sessions)
    n_reps, n_sets = 0, 0
    with ExitStack() as stack:
        tables = {rows: _open_table(stack, os.path.join(out, rows), rows, parquet) for rows in get_args(Rows)}
        while block := list(islice(sessions, AT_A_TIME)):
            n_reps += sum(len(session.reps) for session in block)
            n_sets += sum(len(session.sets) for session in block)
            for rows, writers in tables.items():
                frame = cohort_frame(block, rows)
                for write in writers:
                    write(frame)
    return n_reps, n_sets


def _open_table(stack: ExitStack, stem: str, rows: Rows, parquet: bool) -> list[Callable[[pd.DataFrame], None]]:
    empty = cohort_frame([], rows)
    file = stack.enter_context(replaced(f"{stem}.csv"))
    empty.to_csv(file, index=False, lineterminator="\n")

    def write_csv(frame: pd.DataFrame) -> None:
        frame.to_csv(file, index=False, header=False, lineterminator="\n")

    if not parquet:
        return [write_csv]
    return [write_csv, stack.enter_context(parquet_table(f"{stem}.parquet", empty))]
