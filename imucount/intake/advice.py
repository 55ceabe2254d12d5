"""What to do about a table whose unit was misunderstood."""

from __future__ import annotations

from imucount.units import TO_SI

__all__ = ["column_advice"]


_QUANTITIES = {"t": "t", "ax": "acc", "gx": "gyr"}


def column_advice(column: str, likely: str, unit: str | None) -> str:
    """How a table says the unit that it likely has; nothing where there is no table, or its columns cannot."""
    if unit is None or not any(likely in units for units in TO_SI.values()):
        return ""
    quantity = _QUANTITIES[column]
    return (
        f" If so, say it in the names of the columns, as in '{column} ({likely})', or by --units "
        f"{quantity}={likely}, in Python units={{'{quantity}': '{likely}'}}"
    )
