"""ExportReader: the files of one recording of a known program, as a `CsvReader` gives a plain table."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from imucount.closing import Closing
from imucount.errors import RecordingError, SampleError
from imucount.formats.columns import Columns
from imucount.formats.csv_header import Header
from imucount.formats.joining import RowJoiner
from imucount.formats.layouts.export import Signals
from imucount.formats.recording import declared_rate_warning
from imucount.formats.two_clocks import on_one_clock
from imucount.intake.axes import AxisMap, mapped
from imucount.intake.check import SignalCheck
from imucount.intake.rates import LOWEST_RATE_HZ
from imucount.intake.stamps import PATIENCE, Stamps
from imucount.samples import FloatArray, Samples

__all__ = ["ExportReader"]

_NAMES = ("t", "ax", "ay", "az", "gx", "gy", "gz")


class ExportReader(Closing):
    """Gives the samples of a recording that was read whole.

    Parameters
    ----------
    path : str
        For messages.
    name : str
        Whose export it is.
    signals : Signals
    files : sequence of str
        Names of the files that it was made of.
    check : bool, default True
        As of `CsvReader`.
    lowest_rate_hz : float, default 20
    bytes_total : int, default 0
        Of the files.
    warnings : sequence of str, optional
        What is to be said before all else.
    axes : mapping of str to AxisMap, optional
        From which axes those of "acc" and "gyr" are taken.

    Attributes
    ----------
    header : Header
    warnings : tuple of str
        What a reader should know, a sentence each.
    notes : tuple of str
        None: other programs' files have none.

    Raises
    ------
    RecordingError
        If the signals are not one signal, or cannot be a worn sensor's.
    """

    notes: tuple[str, ...] = ()
    decimal: str | None = None
    known: frozenset[str] = frozenset()

    def __init__(
        self,
        path: str,
        name: str,
        signals: Signals,
        *,
        files: Sequence[str],
        check: bool = True,
        lowest_rate_hz: float = LOWEST_RATE_HZ,
        bytes_total: int = 0,
        warnings: Sequence[str] = (),
        axes: Mapping[str, AxisMap] | None = None,
    ) -> None:
        self.bytes_total = self.bytes_read = bytes_total
        self._path = path
        units = {"t": "s", "acc": signals.acc.unit}
        if signals.gyr is not None:
            units["gyr"] = signals.gyr.unit
        names = _NAMES if signals.gyr is not None else _NAMES[:4]
        columns = Columns(names, tuple(range(len(names))), units, layout=name)
        try:
            t, x, of_rows = _in_order(signals)
            if len(t) < 2:
                raise SampleError(
                    f"expected at least two samples, got {len(t) or 'none'} of {len(signals.acc.t)} rows; was the "
                    "recording stopped as it began?"
                )
            metadata = dict(signals.metadata)
            if signals.is_unix:
                metadata["start_utc"] = datetime.fromtimestamp(float(t[0]), UTC).isoformat(timespec="milliseconds")
                t = t - t[0]
            self._samples = mapped(columns.to_samples(t, x), axes or {})
            interval_s: float | None = None
            of_check: tuple[str, ...] = ()
            if check:
                judge = SignalCheck(units, lowest_rate_hz=lowest_rate_hz)
                self._samples = judge.update(self._samples)
                judge.finish()
                of_check, interval_s = tuple(judge.warnings), judge.interval_s
        except (SampleError, OSError, OverflowError) as error:
            raise RecordingError(str(error), path) from error
        if len(files) > 1:
            metadata["files"] = ", ".join(files)
        self.header = Header(None, signals.sampling_rate_hz, columns, metadata, is_own=False)
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


def name_of(path: str) -> str:
    """Give the name of a file without its folder."""
    return os.path.basename(path) or path
