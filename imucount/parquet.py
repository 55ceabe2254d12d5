"""Parquet tables, which keep types also where a column is empty; by pyarrow, which is an extra."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import PathLike
from typing import TYPE_CHECKING

from imucount.errors import CountingError
from imucount.whole_file import replaced

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check_parquet", "parquet_table"]


def check_parquet() -> None:
    """See that Parquet can be written here.

    Raises
    ------
    CountingError
        If pyarrow is not installed.
    """
    try:
        import pyarrow.parquet  # type: ignore[import-untyped]  # noqa: F401
    except ImportError as error:
        raise CountingError(
            "expected pyarrow to write Parquet with, got none; pip install 'imucount[parquet]' brings it"
        ) from error


@contextmanager
def parquet_table(path: str | PathLike[str], like: pd.DataFrame) -> Iterator[Callable[[pd.DataFrame], None]]:
    """Open a Parquet file that takes the place of an older one once it is whole.

    Parameters
    ----------
    path : path-like
    like : DataFrame
        Of the columns and types that all have, with or without rows. The index is left out.

    Yields
    ------
    callable
        Writes a DataFrame to it; can be called many times.

    Raises
    ------
    RecordingError
        If it cannot be written.
    CountingError
        If pyarrow is not installed.
    """
    check_parquet()
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.Schema.from_pandas(like, preserve_index=False)
    with replaced(path) as file, pq.ParquetWriter(file.buffer, schema) as writer:

        def write(frame: pd.DataFrame) -> None:
            writer.write_table(pa.Table.from_pandas(frame, schema, preserve_index=False))

        yield write
