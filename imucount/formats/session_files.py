"""Session files: the files of a recording, in a folder, a zip archive, or given one by one."""

from __future__ import annotations

import gzip
import io
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from os import PathLike, fspath

from imucount.errors import RecordingError
from imucount.formats.encoding import Utf8File, decoded

__all__ = [
    "UNPACKING_ERRORS",
    "SessionFile",
    "beside",
    "files_of_session",
    "is_beside",
    "open_unpacked",
    "refuse_binary",
    "text_of",
]

_HEAD_BYTES = 1 << 16
"""Looked at to know a file; the lines before a table are a few hundred bytes."""

_MOST_SHEETS = 6
"""So many sheets of a spreadsheet are named."""

_BESIDE = ("Metadata.csv", "meta/time.csv", "meta/device.csv")
"""Small files in which a program says more of a recording; read where a file of it is given."""

_BINARY = {
    b"XDF:": "a recording in XDF among others; give it alone",
    b"MD": "a binary recording of Axivity among others; give it alone",
    b"\x55\x50": "a binary recording of WitMotion; convert it to text with its PC program",
    b"\x55\x51": "a binary recording of WitMotion; convert it to text with its PC program",
    b"\xd0\xcf\x11\xe0": "a spreadsheet; export it as CSV, with raw acceleration and angular rate",
    b"\x89HDF": "an HDF5 file; export its acceleration and angular rate as CSV",
    b"MATLAB": "a MAT file; save its acceleration and angular rate as CSV",
    b"\x93NUMPY": "an array of NumPy; load it, and give imucount a data frame or Samples",
    b"PAR1": "a Parquet file; read it with pandas or polars, and give imucount the frame",
}


@dataclass(frozen=True)
class SessionFile(PathLike[str]):
    """One file of a recording, also where it is in an archive.

    Attributes
    ----------
    path : str
        For messages; of a member of an archive with the archive before it.
    name : str
        Within the folder or the archive, with slashes.
    open : callable
        Gives a stream of its bytes, unpacked where it is packed with gzip.
    """

    path: str
    name: str
    open: Callable[[], io.BufferedIOBase]

    def __fspath__(self) -> str:
        return self.path

    def head(self) -> bytes:
        """Read its beginning."""
        with self.open() as file, _unpacking(self.path):
            head = file.read(_HEAD_BYTES)
        return head if len(head) < _HEAD_BYTES else head[: head.rfind(b"\n") + 1]

    def text(self) -> str:
        """Read it whole."""
        with self.open() as file, _unpacking(self.path):
            return text_of(file.read())


UNPACKING_ERRORS = (OSError, EOFError, zlib.error)
"""What a packed file raises that is cut short or damaged."""


@contextmanager
def _unpacking(path: str) -> Iterator[None]:
    try:
        yield
    except UNPACKING_ERRORS as error:
        raise RecordingError(
            f"expected a file that can be read to its end, got: {error}; was the download cut short?", path
        ) from error


def open_unpacked(path: str) -> io.BufferedIOBase:
    """Open a file of bytes; of one that is packed with gzip what is in it.

    Raises
    ------
    OSError, ValueError
        As `open` does.
    """
    file = open(path, "rb")  # noqa: SIM115 - closed by whoever asked for it
    if file.peek(2)[:2] != b"\x1f\x8b":
        return file
    file.close()
    return gzip.open(path, "rb")


def text_of(data: bytes) -> str:
    """Decode a whole text, whichever encoding it was saved in."""
    file = Utf8File(io.BytesIO(data))
    pieces = []
    while piece := file.read(1 << 20):
        pieces.append(piece)
    return decoded(b"".join(pieces))


def refuse_binary(path: str, head: bytes) -> None:
    """Refuse a file that is known by its first bytes and holds no text.

    Raises
    ------
    RecordingError
    """
    for magic, meaning in _BINARY.items():
        if head.startswith(magic):
            raise RecordingError(f"expected a table of text, got {meaning}", path)


def files_of_session(source: str | PathLike[str] | Sequence[str | PathLike[str]]) -> list[SessionFile]:
    """List the files of a folder, an archive, or several paths.

    Raises
    ------
    RecordingError
        If there is nothing of that name, or it cannot be read.
    """
    if isinstance(source, (str, PathLike)):
        path = fspath(source)
        if os.path.isdir(path):
            return list(_of_folder(path))
        return list(_of_archive(path)) if zipfile.is_zipfile(path) else [_of_file(path, os.path.basename(path))]
    files = [file for each in source for file in files_of_session(each)]
    if not len(source):
        raise RecordingError("expected the files of a recording, got none; is a variable of a script not set?", "")
    return files


def beside(files: Sequence[SessionFile]) -> list[tuple[str, str]]:
    """Read the small files in which programs say more of a recording, as pairs of name and text."""
    small = [file for file in files if is_beside(file.path)]
    if not small:
        for folder in dict.fromkeys(os.path.dirname(file.path) for file in files):
            small += [
                _of_file(path, name) for name in _BESIDE if os.path.isfile(path := os.path.join(folder, name))
            ]
    return [(file.name, file.text()) for file in small]


def is_beside(path: str) -> bool:
    """Whether a path is that of one of the small files.

    Examples
    --------
    >>> is_beside("walk/meta/time.csv"), is_beside("walk/time.csv")
    (True, False)
    """
    return path.replace(os.sep, "/").endswith(_BESIDE)


def _of_file(path: str, name: str) -> SessionFile:
    def opened() -> io.BufferedIOBase:
        try:
            return open_unpacked(path)
        except (OSError, ValueError) as error:
            what = (
                "nothing of that name; is the path right?" if isinstance(error, FileNotFoundError) else f"{error}"
            )
            raise RecordingError(f"expected a file that can be read, got {what}", path) from error

    return SessionFile(path, name, opened)


def _of_folder(folder: str) -> Iterator[SessionFile]:
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                path = os.path.join(at, name)
                yield _of_file(path, os.path.relpath(path, folder).replace(os.sep, "/"))


def _of_archive(path: str) -> Iterator[SessionFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile) as error:
        raise RecordingError(
            f"expected a whole zip archive, got: {error}; was the download cut short?", path
        ) from error
    if "xl/workbook.xml" in names:
        sheets = f" with the sheets {', '.join(found[:_MOST_SHEETS])}" if (found := _sheets(path)) else ""
        raise RecordingError(
            f"expected a table of text, got a spreadsheet{sheets}; save that with the raw "
            "acceleration and angular rate of the sensors as CSV, or read it with pandas, and give the frame",
            path,
        )
    if "log.bin" in names:
        raise RecordingError("expected a table of text, got a binary .gt3x among others; give it alone", path)
    for name in sorted(names):
        hidden = any(part.startswith((".", "__MACOSX")) for part in name.split("/"))
        if not (hidden or name.endswith("/")):
            yield SessionFile(os.path.join(path, name), name, lambda name=name: _member(path, name))  # type: ignore[misc]


def _sheets(path: str) -> list[str]:
    """Name the sheets of a workbook."""
    text = text_of(_member(path, "xl/workbook.xml").read())
    return [unescape(name) for name in re.findall(r"<sheet\b[^>]*\bname=\"([^\"]*)\"", text)]


def _member(path: str, name: str) -> io.BufferedIOBase:
    try:
        with zipfile.ZipFile(path) as archive:
            return io.BytesIO(archive.read(name))
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:  # RuntimeError: a password
        raise RecordingError(
            f"expected an archive that can be unpacked, got: {error}; unpack it first", path
        ) from error
