"""What imucount raises.

    ImucountError ─┬─ SampleError       arrays that are not one signal, or not in SI units; also a ValueError
                   ├─ RecordingError    a file that cannot be read as a recording; has .path and .line
                   └─ CountingError     a counter asked for something it cannot do; also a ValueError

Each message says what was expected, what came, and the likely cause.
"""

from __future__ import annotations

from os import PathLike, fspath


class ImucountError(Exception):
    """Base of every error that imucount raises on purpose."""


class SampleError(ImucountError, ValueError):
    """Arrays that are not consecutive samples of one sensor in SI units."""


class CountingError(ImucountError, ValueError):
    """A counter was configured or used in a way it cannot serve."""


class RecordingError(ImucountError):
    """A file that cannot be read as a recording.

    Parameters
    ----------
    message : str
        What was expected, what came and the likely cause, without the file's name.
    path : path-like
        The file.
    line : int, optional
        The line of the file, from 1, where there is one to point at.

    Attributes
    ----------
    path : str
    line : int or None
    """

    def __init__(self, message: str, path: str | PathLike[str], line: int | None = None) -> None:
        self.path = fspath(path)
        self.line = line
        self._message = message
        where = self.path if line is None else f"{self.path}, line {line}"
        super().__init__(f"{where}: {message}")

    def __reduce__(self) -> tuple[type[RecordingError], tuple[str, str, int | None]]:
        return type(self), (self._message, self.path, self.line)
