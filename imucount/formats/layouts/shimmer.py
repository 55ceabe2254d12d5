"""Shimmer: exports of Consensys, names with the device, a row of units below them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from imucount.errors import SampleError
from imucount.formats.layouts.export import Ask, Export, Signals, Vectors, of_unit, one_table, unwrapped
from imucount.formats.layouts.tables import Head, Table, chosen_device
from imucount.units import TO_SI

__all__ = ["SHIMMER"]

_NAME = re.compile(
    r"(?:(?P<device>.+?)_)?(?P<what>Timestamp|Accel|Gyro)(?P<rest>.*)_(?P<kind>CAL|RAW)", re.IGNORECASE
)


def _parts(name: str) -> re.Match[str] | None:
    return _NAME.fullmatch(name.strip())


def _fits(head: Head) -> bool:
    found = [match for name in head.names if (match := _parts(name))]
    return any(match["what"].lower() == "timestamp" for match in found) and len(found) >= 4


def _read(tables: Sequence[Table], ask: Ask) -> Signals:
    table = one_table(tables)
    places: dict[str, dict[str, int]] = {}
    for place, name in enumerate(table.head.names):
        match = _parts(name)
        if match and match["kind"].upper() == "CAL":
            device = places.setdefault(match["device"] or "", {})
            device[(match["what"] + match["rest"]).lower()] = place
    with_acc = [name for name, columns in places.items() if any(key.startswith("accel") for key in columns)]
    if not with_acc:
        raise SampleError("expected calibrated acceleration, Accel_..._CAL, got none; export calibrated data")
    chosen = chosen_device(with_acc, ask.device)
    columns = places[chosen]
    stems = [stem for stem in ("accel_ln", "accel", "accel_wr") if f"{stem}_x" in columns]
    if not stems:
        raise SampleError("expected Accel_LN or Accel_WR of x, y and z, got another; export all three axes")
    try:
        acc = [columns[f"{stems[0]}_{axis}"] for axis in "xyz"]
        gyr = [columns[f"gyro_{axis}"] for axis in "xyz"] if "gyro_x" in columns else None
        time = next(place for key, place in columns.items() if key.startswith("timestamp"))
    except (KeyError, StopIteration) as error:
        raise SampleError(
            f"expected time and all three axes of {chosen}, got no {error}; export them too"
        ) from error
    units = _units(table)
    table = table.only(lambda frame: ~frame[acc[0]].str.contains("/", regex=False))  # the row of units

    def unit_at(place: int) -> str | None:
        return units[place] if place < len(units) else None

    is_text = any(":" in cell for cell in table.text(time)[:10])
    if is_text:  # 2026/01/31 12:00:00.000, of which the date is not read
        t = unwrapped(table.dates(time), 86400.0)
    else:
        t = table.numbers(time) * TO_SI["t"][of_unit("t", unit_at(time), "ms")]
    told = ("There are two accelerometers; the low noise one, LN, was read.",) if len(stems) > 1 else ()
    return Signals(
        Vectors(t, table.vectors(acc), of_unit("acc", unit_at(acc[0]), "m/s^2")),
        None if gyr is None else Vectors(t, table.vectors(gyr), of_unit("gyr", unit_at(gyr[0]), "deg/s")),
        is_unix="unix" in table.head.names[time].lower() and (not is_text or table.has_dates(time)),
        metadata={"device": chosen} if chosen else {},
        warnings=told,
    )


def _units(table: Table) -> tuple[str, ...]:
    """Find the row of units among those below the names."""
    rows = [table.head.cells(line) for line in range(2)]
    return next((cells for cells in rows if any("/s" in cell or "/(s" in cell for cell in cells)), ())


SHIMMER = Export(
    "a Shimmer Consensys export",
    _fits,
    _read,
    reads="`sep=` line, units row, names twice; calibrated Accel LN (else WR) and Gyro in the units of the row, "
    "else m/s², deg/s; Unix ms or dates; one device by `--device`",
    refuses="raw data alone; several devices unless one is named",
)
