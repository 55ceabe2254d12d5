"""AndroSensor: one table with all sensors of an Android phone; time in ms since the start."""

from __future__ import annotations

from imucount.formats.layouts.layout import Layout

__all__ = ["ANDROSENSOR"]

ANDROSENSOR = Layout(
    "an AndroSensor export",
    frozenset({"accelerometer x", "time since start in ms"}),
    {
        "t": ("time since start in ms",),
        **{f"a{axis}": (f"accelerometer {axis}",) for axis in "xyz"},
        **{f"g{axis}": (f"gyroscope {axis}",) for axis in "xyz"},
    },
    units={"t": "ms", "acc": "m/s^2", "gyr": "rad/s"},
)
