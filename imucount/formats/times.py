"""Times: the column of time in a table, as numbers in s, whatever it was written in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from imucount.errors import SampleError
from imucount.formats.columns import Columns
from imucount.intake.bursts import usual_interval
from imucount.samples import FloatArray
from imucount.units import TO_SI

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["has_date", "seconds_of_series", "seconds_of_text", "unit_without_name", "with_unit_of_time"]

RATES_HZ = (10.0, 500.0)
"""Time that does not say its unit is in the one that gives such a rate. At most one does: they are 1000 apart."""

LONGEST = 1000.0
"""Times the usual step, one is a gap, or the clock has begun anew; packets are not so far apart."""

FEWEST = 8
"""So many stamps tell."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME_OF_DAY = re.compile(
    r"(?:.*[\sT])?(?:(?P<h>\d{1,2}):)?(?P<m>\d{1,2}):(?P<s>\d{1,2}(?:[.,]\d*)?)\s*(?P<half>[AaPp])?\.?(?:[Mm]\.?)?",
    re.ASCII,
)
_MS_BEHIND_COLON = re.compile(r"(\d{1,2}:\d\d:\d\d):(\d{3})$", re.ASCII)


def with_unit_of_time(columns: Columns, t: FloatArray) -> tuple[Columns, tuple[str, ...]]:
    """Find the unit of time where the columns do not say it, and what is to be said of that.

    Parameters
    ----------
    columns : Columns
    t : (n,) array
        As `unit_without_name` takes it.
    """
    unit = "s" if columns.says_unit_of_time or columns.units["t"] != "s" else unit_without_name(t)
    if unit == "s":
        return columns, ()
    name = columns.names[columns.used[0]]
    return (
        replace(columns, units={**columns.units, "t": unit}),
        (f"The column {name!r} does not say its unit: it can only be {unit}, and was taken for that.",),
    )


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text.strip()) is not None


def has_date(text: str) -> bool:
    """Whether a time is written with its date, as ISO 8601 has it."""
    return _DATE.match(text.strip()) is not None


def unit_without_name(t: FloatArray) -> str:
    """Find the unit of a time that does not say it: s, unless only another one can be meant.

    Parameters
    ----------
    t : (n,) array
        The first stamps, in any order.

    Examples
    --------
    >>> unit_without_name(np.arange(100) * 0.02), unit_without_name(1_700_000_000_000 + 20.0 * np.arange(100))
    ('s', 'ms')
    """
    if len(t) < FEWEST or not (np.abs(t) < 1e25).all():
        return "s"
    steps = t[1:] - t[:-1]
    if np.median(steps) == 1.0:  # the number of the sample, perhaps
        return "s"
    sizes = np.abs(steps[steps != 0.0])
    is_step = (steps > 0.0) & (steps < LONGEST * np.median(sizes)) if len(sizes) else steps > 0.0
    interval = usual_interval(np.cumsum(np.where(is_step, steps, 0.0)))
    fitting = [
        unit
        for unit, factor in TO_SI["t"].items()
        if interval and RATES_HZ[0] <= 1.0 / (interval * factor) <= RATES_HZ[1]
    ]
    return fitting[0] if fitting else "s"


def seconds_of_text(cells: Sequence[str], dated: bool) -> FloatArray:
    """Read dates and times of day.

    Parameters
    ----------
    cells : sequence of str
        ISO 8601 such as "2026-01-31T12:00:00.020+01:00", where a time without a zone is taken for UTC; or a time
        of day such as "12:00:00.020", "1:00:00.02 PM" or "31/01/2026 12:00:00.020", of which the date is not read;
        or minutes and seconds such as "59:59.9", as spreadsheets show them. Of both the milliseconds may stand
        behind a colon, as in "12:00:00:020".
    dated : bool
        Whether they are the first of these.

    Returns
    -------
    (n,) array, s
        Unix time where there is a date, or else since midnight or the full hour.

    Raises
    ------
    SampleError
        If one is none of these, with its index as `args[1]`.

    Examples
    --------
    >>> seconds_of_text(["12:00:00.020", "1:00:00 PM"], dated=False)
    array([43200.02, 46800.  ])
    """
    cells = [_MS_BEHIND_COLON.sub(r"\1.\2", cell.strip()) for cell in cells]
    if dated:
        return _seconds_of_dates(cells)
    return np.array([_since_midnight(cell, index) for index, cell in enumerate(cells)])


def _seconds_of_dates(cells: Sequence[str]) -> FloatArray:
    import pandas as pd

    texts = [cell.replace(",", ".") for cell in cells]
    try:
        times = pd.DatetimeIndex(pd.to_datetime(texts, format="ISO8601", utc=True))
    except (ValueError, OverflowError) as error:
        for index, text in enumerate(texts):
            try:
                pd.to_datetime(text, format="ISO8601", utc=True)
            except (ValueError, OverflowError):
                raise _no_time(cells[index], index) from error
        raise SampleError(f"expected times that belong together, got: {error}") from error
    if times.hasnans:
        index = int(np.argmax(times.isna()))
        raise _no_time(cells[index], index)
    return _unix_s(times)


def _since_midnight(cell: str, index: int) -> float:
    match = _TIME_OF_DAY.fullmatch(cell)
    if match is None or has_date(cell):
        raise _no_time(cell, index)
    seconds = 60.0 * int(match["m"]) + float(match["s"].replace(",", "."))
    hours = int(match["h"] or 0)
    if match["half"]:
        hours = hours % 12 + (12 if match["half"] in "Pp" else 0)
    return 3600.0 * hours + seconds


def _no_time(cell: str, index: int) -> SampleError:
    shown = cell if len(cell) <= 40 else cell[:37] + "..."
    return SampleError(
        f"expected a time as in the rows before, such as 2026-01-31T12:00:00.020 or 12:00:00.020, got {shown!r}; "
        "was the file edited or damaged?",
        index,
    )


def seconds_of_series(series: pd.Series, name: str) -> FloatArray | None:
    """Read a column of a frame that holds dates, durations or text; None if it holds numbers.

    Dates with a time zone are taken as they are meant, those without for UTC. In which resolution pandas stores
    them does not matter.

    Raises
    ------
    SampleError
        If a row has no time, or the column holds something else.

    Examples
    --------
    >>> import pandas as pd
    >>> seconds_of_series(pd.Series(pd.to_timedelta([0, 20], unit="ms")), "t")
    array([0.  , 0.02])
    """
    import pandas as pd

    if series.dtype.kind in "iuf":
        return None
    if series.isna().any():
        row = int(np.argmax(series.isna().to_numpy()))
        raise SampleError(
            f"expected a time in each row of the column {name!r}, got none in row {row}; leave it out"
        )
    if series.dtype.kind == "m":
        return _exact(series.to_numpy(dtype="timedelta64"))
    if series.dtype.kind == "M":
        return _unix_s(pd.DatetimeIndex(series))
    if series.dtype.kind == "O" and all(isinstance(value, str) for value in series):
        cells = [str(value) for value in series]
        return (
            np.array(cells, dtype=np.float64)
            if all(map(_is_number, cells))
            else seconds_of_text(cells, has_date(cells[0]))
        )
    if series.dtype.kind == "O":
        try:
            return _unix_s(pd.DatetimeIndex(pd.to_datetime(series, utc=True)))
        except (ValueError, TypeError, OverflowError):
            pass
    raise SampleError(f"expected times or numbers in the column {name!r}, got the type {series.dtype}")


def _unix_s(times: pd.DatetimeIndex) -> FloatArray:
    if times.tz is not None:
        times = times.tz_convert("UTC").tz_localize(None)
    return _exact(times.to_numpy() - np.datetime64(0, "s"))


def _exact(durations: np.ndarray[tuple[int, ...], np.dtype[np.timedelta64]]) -> FloatArray:
    """Convert durations of any resolution to s, as exactly as a float has them."""
    unit, count = np.datetime_data(durations.dtype)
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
    if unit not in per_second:
        durations, unit, count = durations.astype("timedelta64[us]"), "us", 1
    seconds: FloatArray = durations.astype(np.int64) * count / per_second[unit]
    return seconds
