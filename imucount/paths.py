"""The files that a user names: one by one, or all that a folder holds."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from imucount.errors import RecordingError

__all__ = ["files_of", "name_of", "short_names"]

TABLES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", ".zip", ".xdf", ".cwa", ".gt3x")
"""Endings of what is taken from a folder; a file that is named may end in anything."""


def files_of(paths: Iterable[str]) -> list[str]:
    """Give files as they are, and the tables in folders and what is below them, sorted, each once.

    Raises
    ------
    RecordingError
        If a folder holds none.
    """
    files: list[str] = []
    for path in paths:
        if not os.path.isdir(path):
            files.append(path)
            continue
        found = [
            os.path.join(folder, name)
            for folder, _, names in os.walk(path)
            for name in names
            if name.lower().endswith(TABLES) and not name.startswith(".")
        ]
        if not found:
            raise RecordingError(f"expected files that end in {', '.join(TABLES)} in the folder, got none", path)
        files += sorted(found)
    return list(dict.fromkeys(files))


def short_names(files: Sequence[str]) -> list[str]:
    """Name files without the folders that all of them share.

    Examples
    --------
    >>> short_names(["day/one/left.csv", "day/two/left.csv"])
    ['one/left.csv', 'two/left.csv']
    """
    folders = {os.path.dirname(file) for file in files}
    if len(folders) == 1:
        return [os.path.basename(file) for file in files]
    try:
        shared = os.path.commonpath(list(folders))
    except ValueError:  # some begin at the root, others here
        return list(files)
    return [os.path.relpath(file, shared) if shared else file for file in files]


def name_of(path: str) -> str:
    """Give the name of a file without its folder."""
    return os.path.basename(path) or path
