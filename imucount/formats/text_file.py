"""TextFile: a file of text by lines and by blocks of whole lines, with the number of each line."""

from __future__ import annotations

import io
import os
from os import PathLike, fspath
from typing import NoReturn

from imucount.errors import RecordingError
from imucount.formats.encoding import Utf8File
from imucount.formats.session_files import UNPACKING_ERRORS, SessionFile, open_unpacked

__all__ = ["TextFile"]

_LONGEST_LINE = 1 << 16  # bytes; a row of seven exact numbers has under 180

_SIGNATURES = {
    b"PK\x03\x04": "a zip archive or a spreadsheet; export it as CSV",
}


class TextFile:
    """Reads the lines of a text file, as bytes in UTF-8.

    Parameters
    ----------
    path : path-like
        What is packed with gzip, or a `SessionFile` of an archive, is unpacked.

    Attributes
    ----------
    line : int
        Lines read so far.
    size : int
        Of the file, bytes; 0 where it is unknown, as of a packed one.
    encoding : str
        In which it was saved, as far as it matters: "utf-8", "utf-16-le" or "utf-16-be".

    Raises
    ------
    RecordingError
        If it cannot be opened or read, or is no text.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = fspath(path)
        self.line = 0
        self._pushed_back = b""
        try:
            file = path.open() if isinstance(path, SessionFile) else open_unpacked(self.path)
        except (OSError, ValueError) as error:
            raise self._error(error) from error
        try:
            self.size = os.fstat(file.fileno()).st_size if isinstance(file, io.BufferedReader) else 0
            self._file = Utf8File(file)
        except UNPACKING_ERRORS as error:
            file.close()
            raise self._error(error) from error
        self.encoding = self._file.encoding

    def close(self) -> None:
        """Close the file: nothing more comes, nor what was pushed back. Closing twice does no harm."""
        self._pushed_back = b""
        self._file.close()

    def tell(self) -> int:
        """Tell how much of the file was read, bytes."""
        return self._file.tell() - len(self._pushed_back)

    def read_line(self) -> bytes:
        """Read the next line, with its end; nothing at the end of the file."""
        end = self._pushed_back.find(b"\n") + 1 or len(self._pushed_back)
        line, self._pushed_back = self._pushed_back[:end], self._pushed_back[end:]
        if not line:
            try:
                line = self._file.readline(_LONGEST_LINE)
            except (*UNPACKING_ERRORS, ValueError) as error:  # ValueError: the file is closed
                raise self._error(error) from error
        self.line += 1
        if len(line) == _LONGEST_LINE:
            self.fail(
                f"expected lines of text shorter than {_LONGEST_LINE} bytes, got a longer one; "
                "is this a CSV file?",
                self.line,
            )
        if self.line == 1:
            for signature, meaning in _SIGNATURES.items():
                if line.startswith(signature):
                    self.fail(f"expected a CSV file, got {meaning}")
        return line

    def push_back(self, lines: bytes) -> None:
        """Take back what was read last, whole lines: it is read again."""
        self.line -= lines.count(b"\n") + (lines[-1:] not in (b"", b"\n"))
        self._pushed_back = lines + self._pushed_back

    def read_block(self, size: int) -> bytes:
        """Read whole lines, about as many bytes; the last one of the file may lack its end."""
        kept = self._pushed_back
        end = kept.find(b"\n", min(size, len(kept)) - 1) + 1 if kept else 0
        end = end or len(kept)
        block, self._pushed_back = kept[:end], kept[end:]
        try:
            block += self._file.read(size - len(block)) if len(block) < size else b""
        except (*UNPACKING_ERRORS, ValueError) as error:
            raise self._error(error) from error
        self.line += block.count(b"\n")
        if block and not block.endswith(b"\n"):
            block += self.read_line()
        return block

    def fail(self, message: str, line: int | None = None) -> NoReturn:
        """Refuse the file.

        Raises
        ------
        RecordingError
        """
        raise RecordingError(message, self.path, line)

    def _error(self, error: Exception) -> RecordingError:
        if not self.path:
            what = "the name of a file, got an empty one; is a variable of a script not set?"
        elif isinstance(error, FileNotFoundError):
            what = "a file, got nothing of that name; is the path right?"
        elif os.path.isdir(self.path):
            what = "a file, got a directory"
        elif isinstance(error, PermissionError):
            what = "a file that may be read, got no permission"
        else:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            what = f"a file that can be read, got: {reason}"
        return RecordingError(f"expected {what}", self.path)
