"""Frames: data frames of any library as recordings."""

from __future__ import annotations

import importlib
import warnings as python_warnings
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, TypeGuard

import numpy as np

from imucount.errors import SampleError
from imucount.formats.column_names import meaning_of
from imucount.formats.columns import Columns, NoColumnsError, known_units, understand_columns
from imucount.formats.joining import RowJoiner
from imucount.formats.recording import Recording, declared_rate_warning, ignored_columns_warning
from imucount.formats.times import seconds_of_series, with_unit_of_time
from imucount.intake.check import SignalCheck
from imucount.intake.rates import LOWEST_RATE_HZ
from imucount.intake.stamps import PATIENCE, Stamps
from imucount.outside_text import quoted
from imucount.samples import FloatArray
from imucount.sets import Side
from imucount.units import TO_SI

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Frame", "is_frame", "recording_of_frame", "understood_frame"]


_OF_FRAMES = ("columns", "column_names", "__arrow_c_stream__", "__dataframe__")


class Frame(Protocol):
    """A data frame of any library that names its columns."""

    @property
    def columns(self) -> Any:
        """The columns, or their names."""


def is_frame(source: object) -> TypeGuard[Frame]:
    """Whether something is a data frame, of whichever library."""
    return any(hasattr(type(source), name) for name in _OF_FRAMES)


def recording_of_frame(
    frame: Frame,
    side: Side | None = None,
    *,
    sampling_rate_hz: float | None = None,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    lowest_rate_hz: float = LOWEST_RATE_HZ,
) -> Recording:
    """Make a Recording of a data frame.

    Parameters
    ----------
    frame : DataFrame
        Of pandas, polars, or any library whose frames have columns by name, the Arrow PyCapsule interface or the
        interchange protocol. Columns t, ax, ay, az and, with a gyroscope, gx, gy, gz in s, m/s² and rad/s, or what
        else people call these, or with the unit in the name as in "ax (g)". Time may also be the index, and dates
        or durations. Other columns are left aside with a warning.
    side : {"left", "right"}, optional
    sampling_rate_hz : float, optional
        Rate of the rows, Hz, which gives the time where no column has it.
    columns : mapping of str to str, optional
        Other names for columns, such as ``{"chest_acc_1": "ax (g)"}``.
    units : mapping of str to str, optional
        Units of "t", "acc" or "gyr" that a person knows, over what the names say. What looks wrong about them is a
        warning then.
    lowest_rate_hz : float, default 20
        Fewer samples a second are refused.

    Raises
    ------
    SampleError
        If the columns are not these, or the values are not a worn sensor's in these units.

    Examples
    --------
    >>> import pandas as pd
    >>> turning = {"gx": [0.0, 0.1], "gy": [0.0, 0.0], "gz": [0.0, 0.0]}
    >>> frame = pd.DataFrame({"ax": [0, 0], "ay": [0, 0], "az": [9.81, 9.80]} | turning)
    >>> recording_of_frame(frame, side="right", sampling_rate_hz=50.0).samples.duration_s
    0.02
    """
    recording, in_table = understood_frame(
        frame, side, sampling_rate_hz=sampling_rate_hz, columns=columns, units=units
    )
    check = SignalCheck(in_table, known=frozenset(units or {}) - {"t"}, lowest_rate_hz=lowest_rate_hz)
    samples = check.update(recording.samples)
    check.finish()
    warnings = (*recording.warnings, *check.warnings, *declared_rate_warning(sampling_rate_hz, check.interval_s))
    return replace(recording, samples=samples, warnings=warnings)


def understood_frame(
    frame: Frame,
    side: Side | None = None,
    *,
    sampling_rate_hz: float | None = None,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
) -> tuple[Recording, Mapping[str, str]]:
    """Make a Recording of a data frame for whoever judges it, with the units in the frame.

    Parameters and errors are those of `recording_of_frame`, but that the values may be anything.
    """
    if sampling_rate_hz is not None and not 0 < sampling_rate_hz < float("inf"):
        raise SampleError(f"expected a positive sampling rate in Hz, got {sampling_rate_hz!r}")
    table = _renamed(_pandas_frame(frame), columns or {})
    table = _with_time(table, sampling_rate_hz)
    try:
        told = known_units(units or {})
        understood = understand_columns([str(name) for name in table.columns], told_units=told).in_units(told)
    except NoColumnsError as error:
        hint = "" if _has_time(table) else "; where no column has the time, give the rate as sampling_rate_hz"
        raise SampleError(f"{error}{hint}") from error
    t, x = _numbers(table, understood)
    if len(t) < 2:
        raise SampleError(f"expected at least two samples, got {len(t)}")
    understood, of_unit = (understood, ()) if "t" in told else with_unit_of_time(understood, t)
    t = t * TO_SI["t"][understood.units["t"]]
    joiner = RowJoiner()
    rows = len(t)
    t, x = joiner.update(t, x)
    joiner.finish()
    if len(t) < 2:
        raise SampleError(
            f"expected at least two samples, got {len(t)} of {rows} rows with a finite number for each"
        )
    stamps = Stamps(PATIENCE)
    samples = understood.to_samples(*stamps.whole(t, x))
    warnings = (*understood.warnings, *understood.doubts, *ignored_columns_warning(understood.ignored), *of_unit)
    warnings += (*joiner.warnings, *stamps.notes)
    return Recording(samples, side, sampling_rate_hz, warnings=warnings), understood.units


def _pandas_frame(frame: Any) -> pd.DataFrame:
    """Make a frame of pandas of any library's."""
    import pandas as pd  # slow to import, and not needed to count samples that are in memory

    if isinstance(frame, pd.DataFrame):
        return frame
    if hasattr(frame, "collect") and hasattr(frame, "lazy"):  # a query of polars that has not run
        frame = frame.collect()
    names = getattr(frame, "column_names", None) or getattr(frame, "columns", None)
    with suppress(TypeError, ValueError, KeyError, AttributeError):  # it may have names, but no columns by name
        if names is not None and all(isinstance(name, str) for name in names):
            return pd.DataFrame({name: frame[name].to_numpy() for name in names})
    if hasattr(frame, "__arrow_c_stream__"):
        try:
            pyarrow = importlib.import_module("pyarrow")
        except ImportError as error:
            raise SampleError(
                f"expected a data frame of pandas or polars, got {type(frame).__name__}, which takes the package "
                "pyarrow to be read; install it, or convert the frame"
            ) from error
        table: pd.DataFrame = pyarrow.table(frame).to_pandas()
        return table
    with python_warnings.catch_warnings():
        python_warnings.simplefilter("ignore")  # pandas means to drop the protocol, which Arrow's replaces
        try:
            return pd.api.interchange.from_dataframe(frame)
        except (TypeError, ValueError, ImportError, NotImplementedError, AttributeError) as error:
            raise SampleError(
                f"expected a data frame, got {type(frame).__name__}, of which none could be made: {error}"
            ) from error


def _renamed(table: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    of_index = table.index.name
    absent = [name for name in columns if name not in table.columns and name != of_index]
    if absent:
        raise SampleError(f"expected a column {quoted(str(absent[0]), 40)} to be renamed, got none of that name")
    table = table.rename(columns=dict(columns))
    return table.rename_axis(columns[of_index]) if isinstance(of_index, str) and of_index in columns else table


def _with_time(table: pd.DataFrame, sampling_rate_hz: float | None) -> pd.DataFrame:
    """Bring the time into a column, if it is in the index, or in the rate alone."""
    if _has_time(table):
        return table
    index = table.index
    if index.name is not None and _is_time(index.name):
        return table.reset_index()
    if index.dtype.kind in "mMf":
        return table.rename_axis("t").reset_index()
    if sampling_rate_hz is not None:
        table = table.reset_index(drop=True)
        return table.assign(t=np.arange(len(table)) / sampling_rate_hz)
    return table


def _has_time(table: pd.DataFrame) -> bool:
    return any(_is_time(name) for name in table.columns)


def _is_time(name: object) -> bool:
    meaning = meaning_of(str(name))
    return meaning is not None and meaning.quantity == "t"


def _numbers(table: pd.DataFrame, columns: Columns) -> tuple[FloatArray, FloatArray]:
    """Time in its unit, (n,), and the other columns, (n, 3 or 6), with NaN where a value is missing."""
    numbers = []
    for place in columns.read:
        series, name = table.iloc[:, place], columns.names[place]
        seconds = seconds_of_series(series, name) if place == columns.used[0] else None
        if seconds is not None:
            numbers.append(seconds / TO_SI["t"][columns.units["t"]])
            continue
        if series.dtype.kind not in "iuf":
            raise SampleError(f"expected numbers in the column {name!r}, got the type {series.dtype}")
        numbers.append(series.to_numpy(dtype=np.float64, na_value=np.nan))
    values = np.column_stack(numbers)
    values[~np.isfinite(values)] = np.nan
    values = columns.with_gravity(values)
    return values[:, 0], values[:, 1:]
