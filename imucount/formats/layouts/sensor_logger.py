"""Sensor Logger: a folder or zip with a file a sensor, axes in the order z, y, x.

Accelerometer.csv has no gravity, which is in Gravity.csv; TotalAcceleration.csv has both. From an iPhone the
acceleration has the opposite sign unless it was standardised, and what is uncalibrated is in g. Metadata.csv says
which. Source: awesome-sensor-logger, UNITS.md and CROSSPLATFORM.md.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence

from imucount.errors import SampleError
from imucount.formats.dialect import declared_separator, separator_of
from imucount.formats.layouts.export import Ask, Export, Signals, Vectors, no_gravity
from imucount.formats.layouts.tables import Head, Table, chosen_device

__all__ = ["SENSOR_LOGGER"]

_TURNED_ROUND = (
    "An Apple device recorded, which shows gravity with the opposite sign; the acceleration was turned round.",
)

_RECORD = "give Gravity.csv or TotalAcceleration.csv of the same recording with it"


_WATCH = ("seconds_elapsed", "rotationratex", "gravityx", "accelerationx")


def _fits(head: Head) -> bool:
    return head.has("seconds_elapsed", "x", "y", "z") or head.has(*_WATCH)


def _kind(file: str) -> str:
    plain = re.sub(r"[^a-z]", "", file.lower())
    if plain.startswith(("watch", "headphone")):
        return ""  # of another device
    names = ("totalacceleration", "gravity", "gyroscopeuncalibrated", "gyroscope", "accelerometeruncalibrated")
    return next((name for name in (*names, "accelerometer") if name in plain), "")


def _read(tables: Sequence[Table], ask: Ask) -> Signals:
    of_motion = {_worn(table): table for table in reversed(tables) if table.head.has(*_WATCH)}
    of_phone = [table for table in tables if not table.head.has(*_WATCH) and _kind(table.file)]
    if of_motion:
        device = chosen_device([*of_motion, *(["phone"] if of_phone else [])], ask.device)
        if device != "phone":
            return _motion(of_motion[device], device, ask)
    elif ask.device not in (None, "phone"):
        chosen_device(["phone"], ask.device)
    return _phone(of_phone or tables, ask)


def _worn(table: Table) -> str:
    """Tell by the name of a file of Core Motion what was worn."""
    return "headphone" if "headphone" in table.file.lower() else "watch"


def _motion(table: Table, device: str, ask: Ask) -> Signals:
    """Read a file of a watch or headphones: acceleration without gravity, gravity, and turning."""
    standardised = _metadata(table).get("standardisation", "").lower() == "true"
    linear, gravity, gyr = (table.places(stem) for stem in ("acceleration{}", "gravity{}", "rotationrate{}"))
    if linear is None or gravity is None or gyr is None:
        raise SampleError(f"expected acceleration, gravity and rotation rate of x, y and z in {table.file}")
    sign = ask.acc_sign or (1 if standardised else -1)
    unit = "m/s^2" if standardised else "g"
    xyz = table.vectors(linear) + table.vectors(gravity)
    turning = _vectors(table, "rad/s", gyr)
    return Signals(
        Vectors(turning.t, sign * xyz, unit),
        turning,
        is_unix=True,
        metadata={"device": device},
        warnings=_TURNED_ROUND if sign < 0 else (),
    )


def _phone(tables: Sequence[Table], ask: Ask) -> Signals:
    found = {_kind(table.file): table for table in reversed(tables)}
    found.pop("", None)
    if not found:
        raise SampleError(
            f"expected files named as Sensor Logger does, such as Gyroscope.csv, got {tables[0].file}, whose name "
            "does not say which sensor it is of; give it that name again"
        )
    metadata = _metadata(tables[0])
    is_ios = "ios" in metadata.get("platform", "").lower()
    standardised = metadata.get("standardisation", "").lower() == "true"
    raw_g = is_ios and not standardised
    has_acc = {"totalacceleration", "accelerometeruncalibrated", "accelerometer"}.intersection(found)
    if not has_acc:
        raise SampleError(
            f"expected the acceleration, got {', '.join(found)} alone; give TotalAcceleration.csv with it, or "
            "Accelerometer.csv and Gravity.csv"
        )
    if "totalacceleration" in found:
        acc = _vectors(found["totalacceleration"], "m/s^2")
    elif {"accelerometer", "gravity"} <= found.keys():
        linear, gravity = (_vectors(found[name], "m/s^2") for name in ("accelerometer", "gravity"))
        acc = linear.plus(gravity)
    elif "accelerometeruncalibrated" in found:
        acc = _vectors(found["accelerometeruncalibrated"], "g" if raw_g else "m/s^2")
    else:
        raise no_gravity("Accelerometer.csv of Sensor Logger alone", _RECORD)
    sign = ask.acc_sign
    if sign is None and metadata:
        sign = -1 if raw_g else 1
    if sign is None:
        raise SampleError(
            "expected Metadata.csv beside the files, which says whether an iPhone recorded, whose acceleration "
            "has the opposite sign, got none; give it with them, or say --acc-sign -1 for an iPhone, --acc-sign 1 "
            "for Android"
        )
    gyr = next((found[name] for name in ("gyroscope", "gyroscopeuncalibrated") if name in found), None)
    device = metadata.get("device name")
    return Signals(
        Vectors(acc.t, sign * acc.xyz, acc.unit),
        None if gyr is None else _vectors(gyr, "rad/s"),
        is_unix=True,
        metadata={"device": device} if device else {},
        warnings=_TURNED_ROUND if sign < 0 else (),
    )


def _vectors(table: Table, unit: str, places: Sequence[int] | None = None) -> Vectors:
    time, places = table.place("time"), places or table.places("{}")
    assert places is not None
    if time is None:
        time = table.place("seconds_elapsed")
        assert time is not None
        return Vectors(table.numbers(time), table.vectors(places), unit)
    return Vectors(table.numbers(time) / 1e9, table.vectors(places), unit)


def _metadata(table: Table) -> Mapping[str, str]:
    text = next((text for name, text in table.beside if name.lower().endswith("metadata.csv")), None)
    lines = (text or "").splitlines()
    declared = declared_separator(lines[0]) if lines else None
    lines = lines[1:] if declared else lines
    if len(lines) < 2:
        return {}
    rows = list(csv.reader(lines, delimiter=declared or separator_of(lines[0])))
    told = dict(zip(rows[0], rows[1]))
    return told if "platform" in told else {}


SENSOR_LOGGER = Export(
    "a Sensor Logger export",
    _fits,
    _read,
    reads="folder, zip or the files; columns z, y, x by name; Accelerometer + Gravity, TotalAcceleration or "
    "AccelerometerUncalibrated, and Gyroscope; WristMotion of a watch, by `--device watch` where the files of the "
    "phone are there, too; the sign and unit of an iPhone by Metadata.csv, or `--acc-sign`",
    refuses="Accelerometer.csv alone: no gravity; without Metadata.csv and `--acc-sign`: two signs are possible",
    in_parts=True,
)
