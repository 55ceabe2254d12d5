"""Apple: tables with the values of Core Motion, by SensorLog and by apps that keep Apple's names.

At rest Apple's accelerometer gives -1 g for the axis that points up, where others give +1; gyroscopes agree.
Without the sign every circle would have the other direction. Source: Apple's documentation of CMAccelerometerData
and CMDeviceMotion, and the documentation of awesome-sensor-logger, CROSSPLATFORM.md.
"""

from __future__ import annotations

from imucount.formats.layouts.layout import Layout

__all__ = ["APPLE"]

_UNITS = {"t": "s", "acc": "g", "gyr": "rad/s"}

_TOLD = "Apple's accelerometer shows gravity with the opposite sign; the acceleration was turned round."


def _axes(**names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Columns of x, y and z by names that lack the axis; t as it is."""
    table = {"t": names["t"]}
    for quantity, stems in (("a", names["acc"]), ("g", names["gyr"])):
        for axis in "xyz":
            table[quantity + axis] = tuple(stem + axis for stem in stems)
    return table


APPLE = (
    Layout(
        "an Apple SensorLog export",
        frozenset({"accelerometeraccelerationx"}),
        _axes(
            t=("loggingtime", "accelerometertimestamp_sincereboot"),
            acc=("accelerometeracceleration",),
            gyr=("motionrotationrate", "gyrorotation"),
        ),
        units=_UNITS,
        acc_sign=-1,
        told=_TOLD,
    ),
    Layout(
        "an Apple SensorLog export",
        frozenset({"motionuseraccelerationx", "motiongravityx"}),
        _axes(
            t=("loggingtime", "motiontimestamp_sincereboot"),
            acc=("motionuseracceleration",),
            gyr=("motionrotationrate", "gyrorotation"),
        ),
        gravity=("motiongravityx", "motiongravityy", "motiongravityz"),
        units=_UNITS,
        acc_sign=-1,
        told=_TOLD,
    ),
)
