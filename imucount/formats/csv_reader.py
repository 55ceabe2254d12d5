"""CsvReader: the plain CSV and imucount's own, read piece by piece, with a clear sentence for what is wrong.

The plain table has the header t,ax,ay,az,gx,gy,gz, in s, m/s² (specific force) and rad/s. imucount's own files
put lines such as "# side: right" before it, and where something happened while they were recorded, a line such as
"# 12.345 s: dropped: The link was lost." among the rows.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike, fspath
from typing import NoReturn, Self

import numpy as np

from imucount.errors import RecordingError, SampleError
from imucount.formats.columns import Columns, shortened, understand_columns, understand_units
from imucount.formats.csv_rows import RowParser, Rows, split_cells
from imucount.formats.notes import printable_line, warnings_of_notes
from imucount.formats.recording import FIRST_LINE, Recording, ignored_columns_warning
from imucount.intake.check import PlausibilityCheck
from imucount.intake.rates import LOWEST_RATE_HZ
from imucount.samples import Samples
from imucount.sets import Side
from imucount.units import TO_SI

__all__ = ["CsvReader", "Header", "open_csv", "read_csv"]

CHUNK_BYTES = 8 << 20  # about 100 000 rows

_LONGEST_LINE = 1 << 16  # bytes; a row of seven exact numbers has under 180

_LONGEST_HEADER = 1000  # lines before the names of the columns

_LATEST_S = 1e11  # the year 5138 as Unix time in s; Unix time in ms, µs or ns is beyond it

_RATE_DISAGREEMENT = 0.1  # clocks are off by a few percent; more is a wrong header

_SIGNATURES = {
    b"PK\x03\x04": "a zip archive or a spreadsheet; export it as CSV",
    b"\x1f\x8b": "a gzip archive; unpack it first",
    b"\xff\xfe": "text in UTF-16; save it as UTF-8",
    b"\xfe\xff": "text in UTF-16; save it as UTF-8",
}


@dataclass(frozen=True, slots=True, eq=False)
class Header:
    """What a file says before its first sample.

    Attributes
    ----------
    side : {"left", "right"} or None
    sampling_rate_hz : float or None
        Nominal rate as declared, Hz.
    columns : Columns
        The columns as they were understood, with the units in the file.
    metadata : mapping of str to str
        What else the header says.
    is_own : bool
        Whether imucount wrote the file.
    """

    side: Side | None
    sampling_rate_hz: float | None
    columns: Columns
    metadata: Mapping[str, str]
    is_own: bool

    @property
    def has_gyroscope(self) -> bool:
        """Whether angular rate is there."""
        return self.columns.has_gyroscope

    @property
    def units(self) -> Mapping[str, str]:
        """Units in the file of "t", "acc" and, with a gyroscope, "gyr"."""
        return self.columns.units


class CsvReader:
    """Reads a CSV piece by piece, in memory that does not grow with the file.

    The header is read at once; iterating, once, gives `Samples` in SI units.

    Parameters
    ----------
    path : path-like
    check : bool, default True
        Whether to refuse a signal that cannot be a worn sensor's in the units it declares: a wrong rate, no
        gravity, an angular rate that must be in deg/s, the same values throughout. False is for looking at it.
    lowest_rate_hz : float, default 20
        Fewer samples a second are a wrong rate.
    chunk_bytes : int, default 8 MiB
        About how much of the file becomes one piece. The samples do not depend on it.

    Attributes
    ----------
    header : Header
    bytes_read, bytes_total : int
        How far the file was read, and its size, for a display of progress. The size is 0 where it is unknown.

    Raises
    ------
    RecordingError
        With the line, where there is one: on opening for the header, while iterating for the samples.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        *,
        check: bool = True,
        lowest_rate_hz: float = LOWEST_RATE_HZ,
        chunk_bytes: int = CHUNK_BYTES,
    ) -> None:
        self._path = fspath(path)
        self._chunk_bytes = max(1, chunk_bytes)
        self._line = 0  # lines read so far
        self._ended = False
        self._last_t: float | None = None
        self._n = 0
        self.bytes_read = 0
        try:
            self._file = open(self._path, "rb")  # noqa: SIM115 - closed by close()
        except (OSError, ValueError) as error:
            raise _open_error(self._path, error) from error
        try:
            self.bytes_total = os.fstat(self._file.fileno()).st_size
            self.header = self._read_header()
        except BaseException:
            self._file.close()
            raise
        self._warnings = list(ignored_columns_warning(self.header.columns.ignored))
        self._notes: list[str] = []
        self._parser = RowParser(self._path, self.header.columns)
        self._check = PlausibilityCheck(self.header.units, lowest_rate_hz) if check else None
        self._chunks = self._read_chunks()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. Closing twice does no harm."""
        self._chunks.close()
        self._file.close()

    def __iter__(self) -> Iterator[Samples]:
        return self._chunks

    @property
    def notes(self) -> tuple[str, ...]:
        """What one of imucount's own files says in comment lines among its rows, so far."""
        return tuple(self._notes)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader should know, a sentence each; complete once the last piece was read."""
        return (*self._warnings, *warnings_of_notes(self._notes))

    def _fail(self, message: str, line: int | None = None) -> NoReturn:
        raise RecordingError(message, self._path, line)

    # The header

    def _read_header(self) -> Header:
        known: dict[str, str] = {}
        lines: dict[str, int] = {}
        is_own = False
        while True:
            text = self._header_line()
            if not text.strip():
                continue
            if not text.startswith("#"):
                break
            if text.startswith("# imucount recording"):
                if text.strip() != FIRST_LINE:
                    self._fail(
                        f"expected {FIRST_LINE!r}, got {shortened(text)}; "
                        "was it written by a later release of imucount?",
                        self._line,
                    )
                is_own = True
                continue
            key, colon, value = (part.strip() for part in text[1:].partition(":"))
            if not colon:
                continue
            if key in known:
                self._fail(f"expected each key once, got {shortened(key)} again", self._line)
            known[key], lines[key] = value, self._line
        side = known.pop("side", None)
        if side not in ("left", "right", None):
            self._fail(f"expected the side to be left or right, got {shortened(str(side))}", lines["side"])
        rate = known.pop("sampling_rate_hz", None)
        rate_hz = None if rate is None else _positive(rate)
        if rate is not None and rate_hz is None:
            self._fail(
                f"expected a positive sampling rate in Hz, got {shortened(rate)}", lines["sampling_rate_hz"]
            )
        units = known.pop("units", None)
        try:
            declared = {} if units is None else understand_units(units)
        except SampleError as error:
            raise RecordingError(str(error), self._path, lines["units"]) from error
        try:
            columns = understand_columns(self._column_names(text), declared)
        except SampleError as error:
            raise RecordingError(str(error), self._path, self._line) from error
        return Header(
            side=side,  # type: ignore[arg-type]  # one of the three, as checked above
            sampling_rate_hz=rate_hz,
            columns=columns,
            metadata=known,
            is_own=is_own,
        )

    def _header_line(self) -> str:
        raw = self._read_line()
        if self._line == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
            for signature, meaning in _SIGNATURES.items():
                if raw.startswith(signature):
                    self._fail(f"expected a CSV file, got {meaning}")
        if not raw:
            if self._line == 1:
                self._fail("expected a CSV file with the columns t, ax, ay, az, gx, gy, gz, got an empty file")
            self._fail("expected the names of the columns t, ax, ay, az, gx, gy, gz, got the end of the file")
        text = raw.decode("utf-8", errors="replace").rstrip("\r\n")
        if any(ord(character) < 32 and character != "\t" for character in text):
            self._fail("expected a line of text, got binary data; is this a CSV file?", self._line)
        if self._line > _LONGEST_HEADER:
            self._fail(f"expected the names of the columns within the first {_LONGEST_HEADER} lines, got none")
        return text

    def _column_names(self, text: str) -> list[str]:
        names = split_cells(text)
        if names is None:
            self._fail("expected the names of the columns, got a quote that is not closed", self._line)
        if len(names) < 4:
            for separator, name in ((";", "semicolons"), ("\t", "tabs")):
                if text.count(separator) >= 3:
                    self._fail(
                        f"expected commas between the columns, got {name}; save the file with commas between the "
                        "columns and a point in the numbers",
                        self._line,
                    )
        return names

    # The samples

    def _read_chunks(self) -> Generator[Samples, None, None]:
        while not self._ended:
            first_line = self._line + 1
            block = self._read_block()
            for line, lines in self._without_notes(block, first_line):
                rows = self._parser.parse(lines, line)
                if not len(rows.values):
                    continue
                samples = self._to_samples(rows)
                self._n += len(samples)
                if self._check is not None:
                    with self._translated():
                        self._check.update(samples)
                yield samples
        if self._n < 2:
            self._fail(
                f"expected at least two samples, got {self._n or 'none'}; was the recording stopped as it began?"
            )
        if self._check is not None:
            with self._translated():
                self._warnings += self._check.finish()
            self._warnings += declared_rate_warning(self.header.sampling_rate_hz, self._check.interval_s)

    def _without_notes(self, block: bytes, line: int) -> Iterator[tuple[int, bytes]]:
        """Give what is between the notes, each part with the line of the file that it begins with."""
        start = 0
        while True:
            end = _next_note(block, start) if self.header.is_own else len(block)
            if start < end:
                yield line, block[start:end]
            if end == len(block):
                return
            line += block.count(b"\n", start, end) + 1
            start = block.index(b"\n", end) + 1
            note = printable_line(block[end + 1 : start].decode("utf-8", errors="replace"))
            if note:
                self._notes.append(note)

    def _read_block(self) -> bytes:
        """Whole lines, about as much as a chunk; sets `_ended` with the last ones."""
        block = self._read(self._chunk_bytes)
        self._line += block.count(b"\n")
        if block and not block.endswith(b"\n"):
            block += self._read_line()
        if block.endswith(b"\n"):
            return block
        self._ended = True
        whole, tail = block[: block.rfind(b"\n") + 1], block[block.rfind(b"\n") + 1 :]
        if not tail.strip() or b"\0" in tail:
            return block + b"\n" if tail else block
        # imucount ends every line it writes, so one without an end was being written, though it may look whole.
        if self.header.is_own or self._parser.is_half(tail):
            self._warnings.append(
                f"Line {self._line} was left out: it has no line end and is incomplete; was the file still being "
                "written?"
            )
            return whole
        return block + b"\n"

    def _read_line(self) -> bytes:
        line = self._read(_LONGEST_LINE, line=True)
        self._line += 1
        if len(line) == _LONGEST_LINE:
            self._fail(
                f"expected lines of text shorter than {_LONGEST_LINE} bytes, got a longer one; "
                "is this a CSV file?",
                self._line,
            )
        return line

    def _read(self, size: int, line: bool = False) -> bytes:
        try:
            data = self._file.readline(size) if line else self._file.read(size)
        except (OSError, ValueError) as error:  # ValueError: the file is closed
            raise _open_error(self._path, error) from error
        self.bytes_read += len(data)
        return data

    def _to_samples(self, rows: Rows) -> Samples:
        columns = self.header.columns
        t = rows.values[:, 0] * TO_SI["t"][columns.units["t"]]
        late = np.flatnonzero(np.abs(t) > _LATEST_S)
        if len(late):
            self._fail(
                f"expected t in {columns.units['t']}, got {rows.values[late[0], 0]:.6g}; "
                "is it in a smaller unit, such as Unix time in ms, us or ns?",
                rows.lines[late[0]],
            )
        before = np.concatenate([[-np.inf if self._last_t is None else self._last_t], t[:-1]])
        wrong = np.flatnonzero(t <= before)
        if len(wrong):
            index = int(wrong[0])
            now, last = float(t[index]), float(before[index])
            if now == last:
                what, cause = f"{now!r} s twice", "was a sample written twice, or is one stamp given to a packet?"
            else:
                what, cause = f"{last!r} s and then {now!r} s", "were two recordings joined?"
            self._fail(f"expected t to increase from row to row, got {what}; {cause}", rows.lines[index])
        self._last_t = float(t[-1])
        with self._translated():
            return columns.to_samples(rows.values)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except SampleError as error:
            raise RecordingError(str(error), self._path) from error


def open_csv(
    path: str | PathLike[str],
    *,
    check: bool = True,
    lowest_rate_hz: float = LOWEST_RATE_HZ,
    chunk_bytes: int = CHUNK_BYTES,
) -> CsvReader:
    """Open a CSV to read it piece by piece, in a `with` statement; the parameters are those of `CsvReader`."""
    return CsvReader(path, check=check, lowest_rate_hz=lowest_rate_hz, chunk_bytes=chunk_bytes)


def read_csv(path: str | PathLike[str], *, lowest_rate_hz: float = LOWEST_RATE_HZ) -> Recording:
    """Read the plain CSV, or imucount's own, whole.

    Parameters
    ----------
    path : path-like
    lowest_rate_hz : float, default 20
        Fewer samples a second are refused; cyclic counting does with 10.

    Raises
    ------
    RecordingError
        If it cannot be read, or cannot be a worn sensor's signal in the units it declares.
    """
    with open_csv(path, lowest_rate_hz=lowest_rate_hz) as reader:
        samples = Samples.concatenate(list(reader))
        return Recording(
            samples,
            side=reader.header.side,
            sampling_rate_hz=reader.header.sampling_rate_hz,
            metadata=dict(reader.header.metadata),
            warnings=reader.warnings,
        )


def _next_note(block: bytes, start: int) -> int:
    """Place of the first comment line in whole lines, from the line at `start` on; their length without any."""
    place = block.find(b"#", start)  # a single character is found much faster than the two of "\n#"
    while place > start and block[place - 1] != ord("\n"):
        place = block.find(b"#", place + 1)
    return len(block) if place < 0 else place


def _positive(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value < float("inf") else None


def declared_rate_warning(declared_hz: float | None, interval_s: float | None) -> tuple[str, ...]:
    """Return the warning, if any, about a declared rate that the time stamps contradict."""
    if declared_hz is None or interval_s is None or abs(declared_hz * interval_s - 1) <= _RATE_DISAGREEMENT:
        return ()
    return (
        f"The header declares {declared_hz:g} Hz, but the time stamps, which count, say {1 / interval_s:.4g} Hz.",
    )


def _open_error(path: str, error: OSError | ValueError) -> RecordingError:
    if not path:
        return RecordingError(
            "expected the name of a file, got an empty one; is a variable of a script not set?", path
        )
    if isinstance(error, FileNotFoundError):
        return RecordingError("expected a file, got nothing of that name; is the path right?", path)
    if os.path.isdir(path):
        return RecordingError("expected a file, got a directory", path)
    if isinstance(error, PermissionError):
        return RecordingError("expected a file that may be read, got no permission", path)
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return RecordingError(f"expected a file that can be read, got: {reason}", path)
