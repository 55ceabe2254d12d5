"""compare: the reps of one side beside those of the other, or before beside after, by wearer."""

from __future__ import annotations

import os
import re
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from imucount.errors import CountingError, RecordingError
from imucount.outside_text import quoted

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MEASURES", "WEARER", "compare"]

MEASURES = ("duration_s", "back_s", "up_s", "forward_s", "down_s", "elevation_deg", "protraction_deg")

WEARER = r"([^/]+)/[^/]+$"
"""What tells the wearer in the name of a file: the folder that it lies in."""


def compare(
    table: str | PathLike[str] | pd.DataFrame,
    after: str | PathLike[str] | pd.DataFrame | None = None,
    *,
    wearer: str = WEARER,
) -> pd.DataFrame:
    r"""Compare the left side with the right one, or what was before with what came after, wearer by wearer.

    Parameters
    ----------
    table : path-like or DataFrame
        A row a rep: the folder that `batch` wrote to, its reps.csv or reps.parquet, or `Batch.to_frame()`.
    after : path-like or DataFrame, optional
        Another one, to compare with `table` as what was before. Without it the sides within `table` are compared.
    wearer : str, optional
        A regular expression, of which the first group, or all of it, is the wearer in the name of a file, with /
        for every separator. By default it is the folder that the file lies in.

    Returns
    -------
    DataFrame
        A row a wearer and measure with the columns `wearer`, `measure`, the medians of the reps `left` and `right`
        (or `before` and `after`), of how many reps each is, `left_n` and `right_n`, and their `difference`, right
        less left or after less before. At the end is a row a measure without a wearer: the medians over the
        wearers who have both, each of whom counts once, and their number.

    Raises
    ------
    RecordingError
        If a table cannot be read, or is none of reps.
    CountingError
        If `wearer` is no regular expression or a file does not match it, or there is nothing to compare with.

    Examples
    --------
    >>> import pandas as pd
    >>> reps = pd.DataFrame({"side": ["left", "left", "right"], "duration_s": [3.0, 4.0, 3.1]})
    >>> reps = reps.assign(file="ann/1.csv").reindex(columns=["file", "side", *MEASURES])
    >>> found = compare(reps)
    >>> print(found[found["measure"] == "duration_s"].round(2).to_string(index=False))
    wearer    measure  left  left_n  right  right_n  difference
       ann duration_s   3.5       2    3.1        1        -0.4
      <NA> duration_s   3.5       1    3.1        1        -0.4
    """
    import pandas as pd

    try:
        pattern = re.compile(wearer)
    except re.error as error:
        raise CountingError(f"expected a regular expression for the wearer, got {wearer!r}: {error}") from error
    if after is None:
        reps = _read(table, pattern)
        names = ("left", "right")
        groups = [reps[reps["side"] == name] for name in names]
    else:
        names = ("before", "after")
        groups = [_read(each, pattern) for each in (table, after)]
    for name, group in zip(names, groups):
        if group.empty:
            hint = "; the side is in a recording's header or told as it is counted" if after is None else ""
            raise CountingError(f"expected reps {name}, got none{hint}")

    columns: dict[str, Any] = {}
    for name, group in zip(names, groups):
        by_wearer = group.groupby("wearer")[list(MEASURES)]
        columns[name] = by_wearer.median().stack(future_stack=True)
        columns[f"{name}_n"] = by_wearer.count().stack(future_stack=True)
    each = pd.DataFrame(columns)
    counts = [f"{name}_n" for name in names]
    each[counts] = each[counts].fillna(0).astype("int64")
    wearers = each.index.get_level_values(0).unique()
    each = each.reindex(pd.MultiIndex.from_product([wearers, MEASURES], names=["wearer", "measure"])).reset_index()
    each["difference"] = each[names[1]] - each[names[0]]

    both = each[each["difference"].notna()].groupby("measure")
    overall = both[[*names, "difference"]].median()
    for count in counts:
        overall[count] = both.size()
    overall = overall.reindex(MEASURES).rename_axis("measure").reset_index()
    overall[counts] = overall[counts].fillna(0).astype("int64")
    overall["wearer"] = None
    found = pd.concat([each, overall[each.columns]], ignore_index=True)
    return found.astype({"wearer": "string", "measure": "string"})[
        ["wearer", "measure", names[0], counts[0], names[1], counts[1], "difference"]
    ]


def _read(table: str | PathLike[str] | pd.DataFrame, wearer: re.Pattern[str]) -> pd.DataFrame:
    """Take what is compared from a table of reps, and add the wearers."""
    import pandas as pd

    wanted = ["file", "side", *MEASURES]
    if isinstance(table, pd.DataFrame):
        missing = [name for name in wanted if name not in table.columns]
        if missing:
            raise CountingError(f"expected a table of reps, got one without {', '.join(missing)}")
        reps = table[wanted].astype({"file": "category"})
    else:
        path = _table_in(fspath(table))
        try:
            if path.lower().endswith(".parquet"):
                reps = pd.read_parquet(path, columns=wanted).astype({"file": "category"})
            else:
                types = dict.fromkeys(wanted[:2], "category") | dict.fromkeys(MEASURES, "float64")
                reps = pd.read_csv(path, usecols=wanted, dtype=types)
        except (OSError, ValueError, KeyError, ImportError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise RecordingError(
                f"expected a table of reps as `imucount batch` writes it, got: {reason}", path
            ) from error
    wearers = {file: _wearer_of(str(file), wearer) for file in reps["file"].cat.categories}
    return reps.assign(wearer=reps["file"].astype("string").map(wearers))


def _table_in(path: str) -> str:
    if not os.path.isdir(path):
        return path
    parquet = os.path.join(path, "reps.parquet")
    return parquet if os.path.exists(parquet) else os.path.join(path, "reps.csv")


def _wearer_of(file: str, pattern: re.Pattern[str]) -> str:
    found = pattern.search(file.replace("\\", "/"))
    if found is None or not (name := found[1] if pattern.groups else found[0]):
        raise CountingError(
            f"expected a wearer in the name of each file, got {quoted(file)}; the wearer is the folder that it "
            "lies in, unless a regular expression tells another part of its name"
        )
    return name
