"""CsvReader: tables of text and imucount's own CSV, read piece by piece, with a clear sentence for what is wrong.

The plain table has the header t,ax,ay,az,gx,gy,gz, in s, m/s² (specific force) and rad/s. What people and programs
write instead is taken where only one thing can be meant: other names and units, semicolons or tabs, decimal
commas, another encoding, lines before the header, rows that lack values. imucount's own files put lines such as
"# side: right" before the table, and after it lines of what happened while they were recorded, such as
"# 12.345 s: dropped: The link was lost."; older ones have these among the rows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from os import PathLike, fspath
from typing import Any

import numpy as np

from imucount.axis_map import mapped
from imucount.closing import Closing
from imucount.errors import RecordingError, SampleError
from imucount.formats.columns import known_units
from imucount.formats.csv_header import read_header
from imucount.formats.csv_rows import RowParser, Rows
from imucount.formats.devices import DeviceRows
from imucount.formats.dialect import split_cells
from imucount.formats.encoding import decoded
from imucount.formats.joining import RowJoiner
from imucount.formats.notes import BEGIN, END, LIVE, warnings_of_notes
from imucount.formats.recording import (
    Recording,
    declared_rate_warning,
    ignored_columns_warning,
    notes_beside,
)
from imucount.formats.text_file import TextFile
from imucount.formats.times import has_date, seconds_of_text, with_unit_of_time
from imucount.intake.check import SignalCheck
from imucount.intake.rates import LOWEST_RATE_HZ
from imucount.intake.row_order import BackwardsError
from imucount.intake.stamps import PATIENCE, Stamps
from imucount.outside_text import printable_line
from imucount.samples import FloatArray, Samples
from imucount.units import TO_SI

__all__ = ["CsvReader", "open_csv", "read_csv"]

CHUNK_BYTES = 8 << 20  # about 100 000 rows

_AHEAD_BYTES = 1 << 16  # looked at for how time is written: some hundred rows

_LATEST_S = 1e11  # the year 5138 as Unix time in s; Unix time in ms, µs or ns is beyond it


class CsvReader(Closing):
    """Reads a table of text piece by piece, in memory that does not grow with the file.

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
    units : mapping of str to str, optional
        Units of "t", "acc" or "gyr" that a person knows, over what the file says. What looks wrong about them is a
        warning then.
    gyr_axes, acc_axes : str, optional
        Which axis of the file each axis x, y, z is taken from, such as "y,-x,z"; over what the file says.
    device : str, optional
        Whose rows to take of a table that has the rows of several devices.
    separator : str, optional
        What stands between the cells of a row, over what the file looks like.
    warnings : sequence of str, optional
        What whoever opens the file has to say first.

    Attributes
    ----------
    header : Header
    known : frozenset of str
        Of "acc" and "gyr" those whose unit was told.
    bytes_total : int
        Size of the file, for a display of progress with `bytes_read`; 0 where it is unknown.

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
        units: Mapping[str, str] | None = None,
        gyr_axes: str | None = None,
        acc_axes: str | None = None,
        device: str | None = None,
        separator: str | None = None,
        warnings: Sequence[str] = (),
    ) -> None:
        told = known_units(units or {})
        told_axes = {key: axes for key, axes in (("gyr", gyr_axes), ("acc", acc_axes)) if axes is not None}
        self.known = frozenset(told) - {"t"}
        self._path = fspath(path)
        self._chunk_bytes = max(1, chunk_bytes)
        self._ended = False
        self._last_t: float | None = None
        self._n = self._n_rows = self._n_ordered = 0
        self._file = TextFile(path)
        self.bytes_total = self._file.size
        try:
            self.header = read_header(self._file, told, told_axes, separator)
        except BaseException:
            self._file.close()
            raise
        columns = self.header.columns
        self._warnings = [*warnings, *columns.warnings, *columns.doubts, *ignored_columns_warning(columns.ignored)]
        self._notes = self._notes_of_header()
        self._dated = False
        # imucount itself writes times in order; what is to be said of them, a count of them says, as live.
        self._stamps = None if self.header.is_own else Stamps(PATIENCE)
        self._recent_lines: deque[tuple[int, Sequence[int]]] = deque(maxlen=PATIENCE)
        if not self.header.is_own:
            self._look_ahead(is_unit_known="t" in told)
        self._parser = RowParser(self._path, self.header.columns, self.header.separator)
        self._joiner = RowJoiner()
        self._devices = DeviceRows(device)
        self._check = (
            SignalCheck(self.header.units, known=self.known, lowest_rate_hz=lowest_rate_hz) if check else None
        )
        self._chunks = self._read_chunks()

    def close(self) -> None:
        """Close the file. Closing twice does no harm."""
        self._chunks.close()
        self._file.close()

    def __iter__(self) -> Iterator[Samples]:
        return self._chunks

    @property
    def bytes_read(self) -> int:
        """How far the file was read."""
        return self._file.tell()

    @property
    def decimal(self) -> str | None:
        """Decimal mark of the numbers; None as long as none had a fraction, or of a table with commas between."""
        return self._parser.decimal

    @property
    def notes(self) -> tuple[str, ...]:
        """What one of imucount's own files says in comment lines after its rows, so far."""
        return tuple(self._notes)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader should know, a sentence each; complete once the last piece was read."""
        of_stamps = () if self._stamps is None else self._stamps.notes
        return (*self._warnings, *self._joiner.warnings, *of_stamps, *warnings_of_notes(self._notes))

    def _notes_of_header(self) -> list[str]:
        """Take out of the header what is a note: that the file will say in its end that it was finished."""
        key, value = LIVE
        if not self.header.is_own or self.header.metadata.get(key) != value:
            return []
        kept = {name: text for name, text in self.header.metadata.items() if name != key}
        self.header = replace(self.header, metadata=kept)
        return [BEGIN]

    def _look_ahead(self, is_unit_known: bool) -> None:
        """See whether time is written as a date, and in which unit where that is not said."""
        columns = self.header.columns
        block = self._file.read_block(_AHEAD_BYTES)
        self._file.push_back(block)
        rows = [split_cells(decoded(line), self.header.separator) for line in block.split(b"\n")[:-1]]
        place = columns.used[0]
        cells = [row[place].strip() for row in rows if row is not None and len(row) > place]
        self._dated = bool(cells) and has_date(cells[0])
        if is_unit_known:
            return
        columns, of_unit = with_unit_of_time(columns, _leading_numbers(cells))
        self.header = replace(self.header, columns=columns)
        self._warnings += of_unit

    def _read_chunks(self) -> Generator[Samples, None, None]:
        while not self._ended:
            first_line = self._file.line + 1
            block = self._read_block()
            for line, lines in self._without_notes(block, first_line):
                with self._translated():
                    rows = self._devices.update(self._parser.parse(lines, line))
                if len(rows):
                    yield from self._checked(*self._in_order(rows))
        if self.header.is_own and not any(note.startswith(END) for note in self._notes):
            self._notes += [note for note in notes_beside(self._path) if note not in self._notes]
        self._joiner.finish()
        if self._stamps is not None:
            with self._located():
                t, x = self._stamps.finish()
            yield from self._checked(t, x)
        with self._translated():
            self._devices.finish()
        if self._n < 2:
            self._fail_without_samples()
        if self._check is not None:
            with self._translated():
                self._check.finish()
            self._warnings += self._check.warnings
            self._warnings += declared_rate_warning(self.header.sampling_rate_hz, self._check.interval_s)

    def _checked(self, t: FloatArray, x: FloatArray) -> Iterator[Samples]:
        if not len(t):
            return
        samples = self._to_samples(t, x)
        self._n += len(samples)
        if self._check is not None:
            with self._translated():
                samples = self._check.update(samples)
        yield samples

    def _fail_without_samples(self) -> None:
        got = self._n or "none"
        if self._n_rows < 2:
            self._file.fail(f"expected at least two samples, got {got}; was the recording stopped as it began?")
        if self._joiner.apart == 0 and self.header.has_gyroscope and self._joiner.left_out >= self._n_rows - 1:
            self._file.fail(
                f"expected at least two samples, got {got} of {self._n_rows} rows with both acceleration and "
                "angular rate; leave out the columns of the one that is not there, gx, gy, gz perhaps"
            )
        self._file.fail(
            f"expected at least two samples, got {got} of {self._n_rows} rows that have all values; "
            "were they filled with words for what is missing?"
        )

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
        block = self._file.read_block(self._chunk_bytes)
        if block.endswith(b"\n"):
            return block
        self._ended = True
        whole, tail = block[: block.rfind(b"\n") + 1], block[block.rfind(b"\n") + 1 :]
        if not tail.strip() or b"\0" in tail:
            return block + b"\n" if tail else block
        # imucount ends every line it writes, so one without an end was being written, though it may look whole.
        if self.header.is_own or self._parser.is_half(tail):
            self._warnings.append(
                f"Line {self._file.line} was left out: it has no line end and is incomplete; was the file still "
                "being written?"
            )
            return whole
        return block + b"\n"

    def _in_order(self, rows: Rows) -> tuple[FloatArray, FloatArray]:
        """Give the time, s, and the other columns of rows, whole and in order of time."""
        columns = self.header.columns
        self._n_rows += len(rows)
        values = columns.with_gravity(rows.values)
        t = values[:, 0] * TO_SI["t"][columns.units["t"]] if rows.times is None else self._seconds(rows)
        n = len(t)
        t, x = self._joiner.update(t, values[:, 1:], rows.is_whole)
        if self._stamps is None:
            self._check_order(t, rows)
            return t, x
        # Of rows that were joined no single line can be told.
        self._recent_lines.append((self._n_ordered, rows.lines if len(t) == n else ()))
        self._n_ordered += len(t)
        with self._located():
            return self._stamps.update(t, x)

    def _seconds(self, rows: Rows) -> FloatArray:
        assert rows.times is not None
        try:
            return seconds_of_text(rows.times.tolist(), self._dated)
        except SampleError as error:
            line = rows.lines[error.args[1]] if len(error.args) > 1 else None
            raise RecordingError(error.args[0], self._path, line) from error

    def _check_order(self, t: FloatArray, rows: Rows) -> None:
        before = np.concatenate([[-np.inf if self._last_t is None else self._last_t], t[:-1]])
        wrong = np.flatnonzero(t <= before)
        if len(wrong):
            index = int(wrong[0])
            self._file.fail(
                f"expected t to increase from row to row, got {float(before[index])!r} s and then "
                f"{float(t[index])!r} s; was the file edited, or two of them joined?",
                rows.lines[index] if len(t) == len(rows) else None,
            )
        if len(t):
            self._last_t = float(t[-1])

    def _to_samples(self, t: FloatArray, x: FloatArray) -> Samples:
        unit = self.header.columns.units["t"]
        if len(t) and max(-t[0], t[-1]) > _LATEST_S:
            self._file.fail(
                f"expected t in {unit}, got {max(t, key=abs) / TO_SI['t'][unit]:.6g}; "
                "is it in a smaller unit, such as Unix time in ms, us or ns?"
            )
        with self._translated():
            samples = self.header.columns.to_samples(t, x)
        return mapped(samples, self.header.axes)

    @contextmanager
    def _located(self) -> Iterator[None]:
        """Tell of times that go back in which line they do."""
        try:
            yield
        except BackwardsError as error:
            first, lines = next(each for each in reversed(self._recent_lines) if each[0] <= error.row)
            line = lines[error.row - first] if lines else None
            raise RecordingError(str(error), self._path, line) from error

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except SampleError as error:
            raise RecordingError(str(error), self._path) from error


def open_csv(path: str | PathLike[str], **options: Any) -> CsvReader:
    """Open a CSV to read it piece by piece, in a `with` statement; the parameters are those of `CsvReader`."""
    return CsvReader(path, **options)


def read_csv(
    path: str | PathLike[str],
    *,
    lowest_rate_hz: float = LOWEST_RATE_HZ,
    units: Mapping[str, str] | None = None,
    gyr_axes: str | None = None,
    acc_axes: str | None = None,
    device: str | None = None,
) -> Recording:
    """Read a table of text, or imucount's own CSV, whole.

    Parameters
    ----------
    path : path-like
    lowest_rate_hz : float, default 20
        Fewer samples a second are refused; cyclic counting does with 10.
    units, gyr_axes, acc_axes, device
        As of `CsvReader`.

    Raises
    ------
    RecordingError
        If it cannot be read, or cannot be a worn sensor's signal in the units it declares.
    """
    with CsvReader(
        path, lowest_rate_hz=lowest_rate_hz, units=units, gyr_axes=gyr_axes, acc_axes=acc_axes, device=device
    ) as reader:
        samples = Samples.concatenate(list(reader))
        return Recording(
            samples,
            side=reader.header.side,
            sampling_rate_hz=reader.header.sampling_rate_hz,
            metadata=dict(reader.header.metadata),
            warnings=reader.warnings,
        )


def _leading_numbers(cells: Sequence[str]) -> FloatArray:
    numbers = []
    for cell in cells:
        try:
            numbers.append(float(cell.replace(",", ".")))
        except ValueError:
            break
    return np.array(numbers)


def _next_note(block: bytes, start: int) -> int:
    """Place of the first comment line in whole lines, from the line at `start` on; their length without any."""
    place = block.find(b"#", start)  # a single character is found much faster than the two of "\n#"
    while place > start and block[place - 1] != ord("\n"):
        place = block.find(b"#", place + 1)
    return len(block) if place < 0 else place
