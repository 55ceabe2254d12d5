"""Motion-BIDS: a motion.tsv without names, which are the rows of its channels.tsv.

Source: the Brain Imaging Data Structure specification, chapter Motion.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imucount.errors import SampleError
from imucount.formats.layouts.export import Ask, Signals, Vectors, known_rate, of_unit
from imucount.formats.layouts.tables import chosen_device
from imucount.samples import FloatArray
from imucount.sets import Side
from imucount.units import TO_SI

__all__ = ["BIDS_NAME", "BIDS_READS", "BIDS_REFUSES", "is_bids", "is_table_of_set", "read_bids", "sidecars"]

BIDS_NAME = "a Motion-BIDS recording"
BIDS_READS = (
    "`_motion.tsv` with its `_channels.tsv` and `_motion.json` beside it; ACCEL and GYRO in the units of the "
    "channels; LATENCY, else SamplingFrequency; one tracked point by `--device`"
)
BIDS_REFUSES = "without ACCEL channels (positions of cameras); several tracked points unless one is named"

_MOTION = "_motion.tsv"

_TABLES = ("participants.tsv", "samples.tsv", "_sessions.tsv", "_scans.tsv", "_events.tsv", "_channels.tsv")
"""Ends of the names of what else a data set holds in tables."""


def is_bids(file: str) -> bool:
    """Whether a file is named as the table of a recording."""
    return file.endswith(_MOTION)


def is_table_of_set(file: str) -> bool:
    """Whether a file is named as a table of a data set that holds no samples.

    Examples
    --------
    >>> is_table_of_set("ds/participants.tsv"), is_table_of_set("ds/sub-01_task-circles_tracksys-imu_motion.tsv")
    (True, False)
    """
    return file.endswith(_TABLES)


def sidecars(path: str) -> tuple[str, str]:
    """Give where the channels and the description of a recording are, as the standard has it."""
    stem = path[: -len(_MOTION)]
    return f"{stem}_channels.tsv", f"{stem}_motion.json"


@dataclass(frozen=True)
class _Channel:
    place: int
    component: str
    kind: str
    point: str
    units: str


def read_bids(text: str, channels: str, description: str, ask: Ask) -> Signals:
    """Read a recording of its three files.

    Raises
    ------
    SampleError
        If they do not belong together, or hold no acceleration.
    """
    import pandas as pd

    rows = list(csv.DictReader(io.StringIO(channels), delimiter="\t"))
    if not rows or not {"component", "type", "tracked_point", "units"} <= rows[0].keys():
        raise SampleError(
            "expected the columns name, component, type, tracked_point and units in channels.tsv, got "
            f"{', '.join(rows[0]) if rows else 'none'}; is it the file of this recording?"
        )
    table = [
        _Channel(place, row["component"].lower(), row["type"].upper(), row["tracked_point"], row["units"])
        for place, row in enumerate(rows)
    ]
    points = [channel.point for channel in table if channel.kind == "ACCEL"]
    if not points:
        kinds = ", ".join(sorted({channel.kind for channel in table}))
        raise SampleError(f"expected channels of the type ACCEL, got {kinds}; is it a recording of an IMU?")
    chosen = chosen_device(points, ask.device)
    try:
        frame = pd.read_csv(io.StringIO(text), sep="\t", header=None, na_values=["n/a"])
        values = frame.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64)
        known = json.loads(description) if description else {}
    except (ValueError, pd.errors.ParserError) as error:
        raise SampleError(f"expected a table of numbers and a sidecar in JSON, got: {error}") from error
    if values.shape[1] != len(table):
        raise SampleError(
            f"expected {len(table)} columns by channels.tsv, got {values.shape[1]}; are they of one recording?"
        )
    if len(values) and np.isnan(values[0]).all():  # names, which the standard forbids and some write
        values = values[1:]
    nominal, effective = (
        float(rate) if isinstance(rate := known.get(key), (int, float)) and rate > 0 else None
        for key in ("SamplingFrequency", "SamplingFrequencyEffective")
    )
    t = _time(table, values, effective or nominal, ask)
    metadata = {"device": chosen}
    found = {}
    for quantity, kind, plain in (("acc", "ACCEL", "m/s^2"), ("gyr", "GYRO", "rad/s")):
        here = {each.component: each for each in table if each.kind == kind and each.point == chosen}
        if {"x", "y", "z"} <= here.keys():
            unit = of_unit(quantity, here["x"].units, plain)
            found[quantity] = Vectors(t, values[:, [here[axis].place for axis in "xyz"]], unit)
    if "acc" not in found:
        raise SampleError(f"expected ACCEL of x, y and z at {chosen}, got fewer; is channels.tsv whole?")
    return Signals(
        found["acc"],
        found.get("gyr"),
        sampling_rate_hz=nominal or effective,
        metadata=metadata,
        side=_side(chosen),
    )


def _side(point: str) -> Side | None:
    """Tell the side of a point that is the shoulder, as our own data sets name it."""
    return {"leftshoulder": "left", "rightshoulder": "right"}.get(point.lower())  # type: ignore[return-value]


def _time(table: Sequence[_Channel], values: FloatArray, declared_hz: float | None, ask: Ask) -> FloatArray:
    latency = next((channel for channel in table if channel.kind == "LATENCY"), None)
    if latency is not None:
        t: FloatArray = values[:, latency.place] * TO_SI["t"][of_unit("t", latency.units, "s")]
        return t
    rate_hz = known_rate(declared_hz, ask, "as SamplingFrequency in motion.json")
    return np.arange(len(values)) / rate_hz
