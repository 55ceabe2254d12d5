"""Sensor Logger: a folder or zip with a file a sensor, axes in the order z, y, x.

Accelerometer.csv has no gravity, which is in Gravity.csv; TotalAcceleration.csv has both. From an iPhone the
acceleration has the opposite sign unless it was standardised, and what is uncalibrated is in g. Metadata.csv says
which. Source: awesome-sensor-logger, UNITS.md and CROSSPLATFORM.md.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence

import numpy as np

from imucount.errors import SampleError
from imucount.formats.layouts.export import Ask, Export, Signals, Vectors, no_gravity
from imucount.formats.layouts.tables import Head, Table

__all__ = ["SENSOR_LOGGER"]

_RECORD = "give Gravity.csv or TotalAcceleration.csv of the same recording with it"


def _fits(head: Head) -> bool:
    return head.has("seconds_elapsed", "x", "y", "z")


def _kind(file: str) -> str:
    plain = re.sub(r"[^a-z]", "", file.lower())
    names = ("totalacceleration", "gravity", "gyroscopeuncalibrated", "gyroscope", "accelerometeruncalibrated")
    return next((name for name in (*names, "accelerometer") if name in plain), "")


def _read(tables: Sequence[Table], ask: Ask) -> Signals:
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
        acc = Vectors(linear.t, linear.xyz + _at(linear, gravity), "m/s^2")
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
    told = ("An iPhone recorded, which shows gravity with the opposite sign; the acceleration was turned round.",)
    device = metadata.get("device name")
    return Signals(
        Vectors(acc.t, sign * acc.xyz, acc.unit),
        None if gyr is None else _vectors(gyr, "rad/s"),
        is_unix=True,
        metadata={"device": device} if device else {},
        warnings=told if sign < 0 else (),
    )


def _vectors(table: Table, unit: str) -> Vectors:
    time, places = table.place("time"), table.places("{}")
    assert places is not None
    if time is None:
        time = table.place("seconds_elapsed")
        assert time is not None
        return Vectors(table.numbers(time), table.vectors(places), unit)
    return Vectors(table.numbers(time) / 1e9, table.vectors(places), unit)


def _at(vectors: Vectors, other: Vectors) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    known = np.isfinite(other.t) & np.isfinite(other.xyz).all(axis=1)
    if not known.any():
        raise SampleError("expected rows in Gravity.csv, got none; give the file of the same recording")
    return np.column_stack([np.interp(vectors.t, other.t[known], axis[known]) for axis in other.xyz.T])


def _metadata(table: Table) -> Mapping[str, str]:
    text = next((text for name, text in table.beside if name.lower().endswith("metadata.csv")), None)
    rows = list(csv.reader(io.StringIO(text))) if text else []
    return dict(zip(rows[0], rows[1])) if len(rows) > 1 else {}


SENSOR_LOGGER = Export(
    "a Sensor Logger export",
    _fits,
    _read,
    reads="folder, zip or the files; columns z, y, x by name; Accelerometer + Gravity, TotalAcceleration or "
    "AccelerometerUncalibrated, and Gyroscope; the sign and unit of an iPhone by Metadata.csv, or `--acc-sign`",
    refuses="Accelerometer.csv alone: no gravity; without Metadata.csv and `--acc-sign`: two signs are possible",
    in_parts=True,
)
