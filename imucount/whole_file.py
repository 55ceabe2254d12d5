"""Results in files: written whole or not at all, and refused before the work where they could not be written."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import PathLike, fspath
from typing import TextIO

from imucount.errors import RecordingError

__all__ = ["check_place", "replaced", "write_error"]


def check_place(path: str | PathLike[str]) -> None:
    """Refuse a place where no file could be written, before the work for it begins.

    Raises
    ------
    RecordingError
        If it is a directory, its directory is not there or not to be written to, or the name is no name.
    """
    name = fspath(path)
    try:
        if os.path.isdir(name):
            raise IsADirectoryError("it is a directory")
        if os.path.exists(name):
            if not os.access(name, os.W_OK):
                raise PermissionError("no permission to write it")
            if not stat.S_ISREG(os.stat(name).st_mode):
                return  # a device or a pipe is written to where it is
        folder = os.path.dirname(os.path.realpath(name))
        if not name or not os.path.isdir(folder):
            raise FileNotFoundError("its directory does not exist" if name else "the name is empty")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError("no permission to write in its directory")
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise write_error(name, error) from error


@contextmanager
def replaced(path: str | PathLike[str]) -> Iterator[TextIO]:
    r"""Open a text file, UTF-8, that takes the place of an older one once it is whole.

    It is written beside, handed to the disk and renamed at the end. If anything fails before, the older one stays
    as it was. A device or a pipe, such as /dev/stdout, is written to directly.

    Raises
    ------
    RecordingError
        If it cannot be written; also of an OSError inside the `with` statement.

    Examples
    --------
    >>> import os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replaced(os.path.join(folder, "result.csv")) as file:
    ...         _ = file.write("rep,set\n")
    ...     os.listdir(folder)
    ['result.csv']
    """
    name = fspath(path)
    check_place(name)
    try:
        mode = stat.S_IMODE(os.stat(name).st_mode) if os.path.exists(name) else None
        if mode is not None and not os.path.isfile(name):
            with open(name, "w", encoding="utf-8", newline="\n") as device:
                yield device
            return
        target = os.path.realpath(name)  # of a link what it leads to is replaced, not the link
        folder, stem = os.path.split(target)
        beside = os.path.join(folder, f".{stem[:100]}.{secrets.token_hex(4)}.part")
        try:
            with open(beside, "x", encoding="utf-8", newline="\n") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if mode is not None:
                os.chmod(beside, mode)
            os.replace(beside, target)
        except BaseException:
            with suppress(OSError):
                os.remove(beside)
            raise
    except OSError as error:
        raise write_error(name, error) from error


def write_error(path: str, error: OSError | ValueError) -> RecordingError:
    """Say in imucount's words why a file cannot be written."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return RecordingError(f"expected a file that can be written, got: {reason}", path)
