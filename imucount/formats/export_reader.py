"""ExportReader: the files of one recording of a known program, as a `CsvReader` gives a plain table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from imucount.axis_map import mapped
from imucount.closing import Closing
from imucount.errors import RecordingError, SampleError
from imucount.formats.columns import Columns
from imucount.formats.csv_header import Header
from imucount.formats.joining import RowJoiner
from imucount.formats.layouts.export import Signals
from imucount.formats.reading import HowToRead
from imucount.formats.recording import declared_rate_warning
from imucount.formats.two_clocks import on_one_clock
from imucount.intake.check import SignalCheck
from imucount.intake.rates import LOWEST_RATE_HZ
from imucount.intake.stamps import PATIENCE, Stamps
from imucount.samples import FloatArray, Samples

__all__ = ["ExportReader", "Opened"]

_NAMES = ("t", "ax", "ay", "az", "gx", "gy", "gz")


@dataclass(frozen=True)
class Opened:
    """A recording of a known program that was read whole.

    Attributes
    ----------
    name : str
        Whose export it is.
    signals : Signals
    files : tuple of str
        Names of the files that it was made of.
    """

    name: str
    signals: Signals
    files: tuple[str, ...]


class ExportReader(Closing):
    """Gives the samples of a recording that was read whole, as a `CsvReader` gives those of a plain table.

    Parameters
    ----------
    path : str
        For messages.
    opened : Opened
    how : HowToRead
        What a user tells over what the files say.
    check : bool, default True
        As of `CsvReader`.
    lowest_rate_hz : float, default 20
    warnings : sequence of str, optional
        What is to be said before all else.

    Attributes
    ----------
    header : Header
    known : frozenset of str
        Of "acc" and "gyr" those whose unit was told.
    warnings : tuple of str
        What a reader should know, a sentence each.
    notes : tuple of str
        None: other programs' files have none.
    bytes_total, bytes_read : int
        1: it is read.

    Raises
    ------
    RecordingError
        If the signals are not one signal, or cannot be a worn sensor's.
    """

    notes: tuple[str, ...] = ()
    decimal: str | None = None
    bytes_total = bytes_read = 1

    def __init__(
        self,
        path: str,
        opened: Opened,
        how: HowToRead,
        *,
        check: bool = True,
        lowest_rate_hz: float = LOWEST_RATE_HZ,
        warnings: Sequence[str] = (),
    ) -> None:
        name, signals = opened.name, opened.signals
        told = how.units or {}
        self.known = frozenset(told) - {"t"}
        units = {"t": "s", "acc": told.get("acc", signals.acc.unit)}
        if signals.gyr is not None:
            units["gyr"] = told.get("gyr", signals.gyr.unit)
        names = _NAMES if signals.gyr is not None else _NAMES[:4]
        columns = Columns(names, tuple(range(len(names))), units, layout=name)
        try:
            if "t" in told and how.columns is None:
                raise SampleError(f"expected units of acc or gyr for {name}, whose time is known, got one of t")
            t, x, of_rows = _in_order(signals)
            if len(t) < 2:
                raise SampleError(
                    f"expected at least two samples, got {len(t) or 'none'} of {len(signals.acc.t)} rows; was the "
                    "recording stopped as it began?"
                )
            metadata = dict(signals.metadata)
            if signals.is_unix:
                metadata["start_utc"] = _utc(float(t[0]))
                t = t - t[0]
            self._samples = mapped(columns.to_samples(t, x), how.axes)
            interval_s: float | None = None
            of_check: tuple[str, ...] = ()
            if check:
                judge = SignalCheck(units, known=self.known, lowest_rate_hz=lowest_rate_hz)
                self._samples = judge.update(self._samples)
                judge.finish()
                of_check, interval_s = tuple(judge.warnings), judge.interval_s
        except SampleError as error:
            raise RecordingError(str(error), path) from error
        if len(opened.files) > 1:
            metadata["files"] = ", ".join(opened.files)
        axes = dict(how.axes)
        self.header = Header(signals.side, signals.sampling_rate_hz, columns, metadata, is_own=False, axes=axes)
        without = (
            () if signals.gyr is not None else (f"There is no angular rate in {name}: no direction is known.",)
        )
        self.warnings: tuple[str, ...] = (
            *warnings,
            *signals.warnings,
            *without,
            *of_rows,
            *of_check,
            *(declared_rate_warning(signals.sampling_rate_hz, interval_s) if check else ()),
        )

    def __iter__(self) -> Iterator[Samples]:
        yield self._samples

    def close(self) -> None:
        """Do nothing: the files are closed."""


def _utc(unix_s: float) -> str:
    try:
        return datetime.fromtimestamp(unix_s, UTC).isoformat(timespec="milliseconds")
    except (ValueError, OSError, OverflowError) as error:
        raise SampleError(
            f"expected Unix time, got {unix_s:.6g} s, which is no date; was the file edited or damaged?"
        ) from error


def _in_order(signals: Signals) -> tuple[FloatArray, FloatArray, tuple[str, ...]]:
    """Give time, s, and the values of all columns, whole and in order, and what is to be said of that."""
    acc, gyr = signals.acc, signals.gyr
    if gyr is not None and gyr.t is not acc.t:
        return on_one_clock(acc, gyr)
    x = acc.xyz if gyr is None else np.column_stack([acc.xyz, gyr.xyz])
    has_time = np.isfinite(acc.t)
    joiner, stamps = RowJoiner(), Stamps(PATIENCE)
    t, x = joiner.update(acc.t[has_time], x[has_time])
    joiner.finish()
    if len(t):
        t, x = stamps.whole(t, x)
    return t, x, (*joiner.warnings, *stamps.notes)
