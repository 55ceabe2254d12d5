"""Recording: samples and what is known of them, and imucount's own CSV as it is written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from os import PathLike, fspath
from typing import TextIO

import numpy as np

from imucount.closing import Closing
from imucount.errors import RecordingError
from imucount.outside_text import printable_line
from imucount.provenance import version
from imucount.samples import FloatArray, Samples, describe
from imucount.sets import Side
from imucount.units import PLAIN_UNITS
from imucount.whole_file import replaced, write_error

__all__ = [
    "FIRST_LINE",
    "KNOWN_KEYS",
    "Recording",
    "RecordingWriter",
    "declared_rate_warning",
    "ignored_columns_warning",
    "notes_beside",
    "remove_notes_beside",
    "write_csv",
]

FIRST_LINE = "# imucount recording 1"
"""The line that imucount's own files begin with. The number grows when the layout changes."""

KNOWN_KEYS = ("side", "sampling_rate_hz", "units")
"""Keys of the header that have a meaning to imucount; all others are metadata."""

NOTES = ".notes"
"""After the name of a recording that is being written: where its notes are until it is closed."""

_ROWS_AT_ONCE = 50_000

_RATE_DISAGREEMENT = 0.1  # clocks are off by a few percent; more is a wrong header


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Recording:
    """A recorded signal and what is known of it.

    Attributes
    ----------
    samples : Samples
    side : {"left", "right"} or None
        The shoulder that wore the sensor, where the recording says it.
    sampling_rate_hz : float or None
        Nominal rate as declared, Hz; the time stamps say the true one.
    metadata : dict of str to str
        What else the header says, such as "sensor" or "simulated".
    warnings : tuple of str
        What a reader should know, a sentence each.
    """

    samples: Samples
    side: Side | None = None
    sampling_rate_hz: float | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Recording of {describe(self.samples)}, side {self.side or 'not told'}>"


class RecordingWriter(Closing):
    """Writes imucount's own CSV piece by piece, as a live recorder needs it.

    Every number is written with as many digits as reading it back exactly takes. Between the header and the last
    row there are rows alone, so that any reader of tables takes them: notes follow when the file is closed. Until
    then they are in a file beside it, of the same name with ".notes" after it, where a reader finds them if this
    process does not come so far.

    Parameters
    ----------
    path : path-like
        The file to make; one of that name is replaced.
    has_gyroscope : bool
        Whether the samples carry angular rate.
    side : {"left", "right"}, optional
    sampling_rate_hz : float, optional
        Nominal rate, Hz.
    metadata : mapping of str to str, optional
        More lines for the header. Keys have no colon, and neither keys nor values have line ends or outer blanks.
        "software" is filled in where it is not given.

    Raises
    ------
    RecordingError
        If the file cannot be written, or the header could not be read back.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        *,
        has_gyroscope: bool,
        side: Side | None = None,
        sampling_rate_hz: float | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        self._path = fspath(path)
        self._has_gyroscope = has_gyroscope
        self._last_t: float | None = None
        self._notes: list[str] = []
        self._beside: TextIO | None = None
        self._has_failed = False
        header = _header_lines(self._path, has_gyroscope, side, sampling_rate_hz, dict(metadata or {}))
        try:
            # To be read as well, by `restore`; not of a pipe, which cannot be.
            mode = "w+" if os.path.isfile(self._path) or not os.path.exists(self._path) else "w"
            self._file = open(self._path, mode, encoding="utf-8", newline="\n")  # noqa: SIM115 - closed by close()
            self._is_plain_file = os.path.isfile(self._path)
            if self._is_plain_file:
                remove_notes_beside(self._path)  # of an earlier one of that name
        except (OSError, ValueError) as error:
            raise write_error(self._path, error) from error
        self._write("\n".join(header) + "\n")

    def append(self, samples: Samples) -> None:
        """Write samples that follow the ones before.

        Raises
        ------
        RecordingError
            If they do not follow, differ in having a gyroscope, or cannot be written.
        """
        if samples.has_gyroscope != self._has_gyroscope:
            raise RecordingError(
                f"expected samples {'with' if self._has_gyroscope else 'without'} angular rate by the header, "
                f"got some {'with' if samples.has_gyroscope else 'without'}",
                self._path,
            )
        if not len(samples):
            return
        if self._last_t is not None and samples.t[0] <= self._last_t:
            raise RecordingError(
                f"expected samples after {self._last_t:.6g} s, got some from {samples.t[0]:.6g} s; "
                "were they appended twice?",
                self._path,
            )
        for rows in _rows(samples):
            self._write(rows)
        self._last_t = float(samples.t[-1])

    def note(self, text: str) -> None:
        """Have a comment line follow the last row; `CsvReader.notes` gives it back, also before it is there.

        Raises
        ------
        RecordingError
            If the text could not be read back, or cannot be written.
        """
        if not text or text != text.strip() or not text.isprintable():
            raise RecordingError(f"expected a note on one line without outer blanks, got {text!r}", self._path)
        try:
            if self._file.closed:
                raise ValueError("the file is closed")
            if self._is_plain_file:
                if self._beside is None:
                    self._beside = open(self._path + NOTES, "w", encoding="utf-8", newline="\n")  # noqa: SIM115
                self._beside.write(f"# {text}\n")
                self._beside.flush()
        except (OSError, ValueError) as error:
            raise write_error(self._path, error) from error
        self._notes.append(text)

    def flush(self) -> None:
        """Hand everything appended so far to the operating system."""
        try:
            self._file.flush()
        except (OSError, ValueError) as error:
            self._has_failed = True
            raise write_error(self._path, error) from error

    def restore(self) -> bool:
        """Write the file anew if somebody has removed it meanwhile, which most systems allow.

        Returns
        -------
        bool
            Whether it was removed.

        Raises
        ------
        RecordingError
            If it cannot be written anew, or another file has taken its place.
        """
        try:
            if os.fstat(self._file.fileno()).st_nlink:
                return False
            self._file.flush()
            anew = open(self._path, "x+", encoding="utf-8", newline="\n")  # noqa: SIM115 - closed by close()
            self._file.seek(0)
            shutil.copyfileobj(self._file, anew)
            anew.flush()
        except (OSError, ValueError) as error:
            raise write_error(self._path, error) from error
        self._file.close()
        self._file = anew
        return True

    def close(self) -> None:
        """Finish the file. Closing twice does no harm."""
        if self._file.closed:
            return
        try:
            # What comes after rows that are missing would seem to be in order.
            if not self._has_failed:
                self._write("".join(f"# {note}\n" for note in self._notes))
        finally:
            try:
                self._file.close()
            except OSError as error:
                self._has_failed = True
                raise write_error(self._path, error) from error
            finally:
                if self._beside is not None:
                    with suppress(OSError):
                        self._beside.close()
                    if not self._has_failed:
                        remove_notes_beside(self._path)

    def _write(self, text: str) -> None:
        try:
            self._file.write(text)
        except (OSError, ValueError) as error:  # ValueError: the file is closed
            self._has_failed = True
            raise write_error(self._path, error) from error


def notes_beside(path: str) -> tuple[str, ...]:
    """Read the notes of a recording that was not closed; none of one that was."""
    try:
        with open(path + NOTES, encoding="utf-8", errors="replace", newline="\n") as file:
            lines = file.readlines()
    except (OSError, ValueError):
        return ()
    return tuple(printable_line(line[1:]) for line in lines if line.startswith("#") and line.endswith("\n"))


def remove_notes_beside(path: str) -> None:
    """Remove the notes that are beside a recording, if there are any."""
    with suppress(OSError, ValueError):
        os.remove(path + NOTES)


def write_csv(path: str | PathLike[str], recording: Recording) -> None:
    """Write a recording as imucount's own CSV, from which `read_csv` gives every value back exactly.

    A file of that name is replaced once the new one is whole.

    Raises
    ------
    RecordingError
        If the file cannot be written, or the metadata could not be read back.
    """
    samples = recording.samples
    header = _header_lines(
        fspath(path), samples.has_gyroscope, recording.side, recording.sampling_rate_hz, recording.metadata
    )
    with replaced(path) as file:
        file.write("\n".join(header) + "\n")
        file.writelines(_rows(samples))


def ignored_columns_warning(ignored: tuple[str, ...]) -> tuple[str, ...]:
    """Return the warning, if any, about columns that are not read."""
    if not ignored:
        return ()
    names = ", ".join(printable_line(name, 40) for name in ignored[:10])
    return (f"Columns that are not read: {names}{', ...' if len(ignored) > 10 else ''}.",)


def declared_rate_warning(declared_hz: float | None, interval_s: float | None) -> tuple[str, ...]:
    """Return the warning, if any, about a declared rate that the time stamps contradict."""
    if declared_hz is None or interval_s is None or abs(declared_hz * interval_s - 1) <= _RATE_DISAGREEMENT:
        return ()
    return (
        f"The header declares {declared_hz:g} Hz, but the time stamps, which count, say {1 / interval_s:.4g} Hz.",
    )


def _rows(samples: Samples) -> Iterator[str]:
    """Give the lines of samples, many at once; repr of a float is the shortest text that gives it back."""
    for start in range(0, len(samples), _ROWS_AT_ONCE):
        rows = _table(samples[start : start + _ROWS_AT_ONCE]).tolist()
        yield "".join([",".join(map(repr, row)) + "\n" for row in rows])


def _table(samples: Samples) -> FloatArray:
    parts = (samples.t, samples.acc) if samples.gyr is None else (samples.t, samples.acc, samples.gyr)
    return np.column_stack(parts)


def _header_lines(
    path: str, has_gyroscope: bool, side: Side | None, sampling_rate_hz: float | None, metadata: dict[str, str]
) -> list[str]:
    if side not in ("left", "right", None):
        raise RecordingError(f"expected the side 'left', 'right' or None, got {side!r}", path)
    if sampling_rate_hz is not None and not (np.isfinite(sampling_rate_hz) and sampling_rate_hz > 0):
        raise RecordingError(f"expected a positive sampling rate in Hz, got {sampling_rate_hz!r}", path)
    for key, value in metadata.items():
        if not isinstance(key, str) or not isinstance(value, str):
            raise RecordingError(f"expected metadata of text, got {key!r}: {value!r}", path)
        if not key or ":" in key or key in KNOWN_KEYS or f"# {key}: ".startswith(FIRST_LINE):
            raise RecordingError(
                f"expected a metadata key without a colon, other than {', '.join(KNOWN_KEYS)}, got {key!r}", path
            )
        for text in (key, value):
            if text != text.strip() or len(text.splitlines()) > 1 or not text.isprintable():
                raise RecordingError(f"expected metadata on one line without outer blanks, got {text!r}", path)
    known = {
        "side": side,
        "sampling_rate_hz": None if sampling_rate_hz is None else repr(float(sampling_rate_hz)),
        "units": ", ".join(
            f"{quantity} {unit}" for quantity, unit in PLAIN_UNITS.items() if has_gyroscope or quantity != "gyr"
        ),
        "software": metadata.get("software") or (version() and f"imucount {version()}"),
    }
    return [
        FIRST_LINE,
        *(f"# {key}: {value}" for key, value in (known | metadata).items() if value is not None),
        "t,ax,ay,az,gx,gy,gz" if has_gyroscope else "t,ax,ay,az",
    ]
