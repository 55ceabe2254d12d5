"""Sensor words: what of the name of a file or a stream says of which sensor it is."""

from __future__ import annotations

import re

__all__ = ["has_sensor_word", "without_sensor_words"]

_SENSOR = re.compile(
    r"(?:(?:total|linear|lin|uncalibrated)[_\- ]*)*"
    r"(?<![a-z])(?:total|linear)?(?:acc|accel|acceleration|accelerometer|gyr|gyro|gyroscope|gravity|mag|magn|"
    r"magnetometer|ppg|ppi|hr|ecg|orientation|barometer|rotation)(?:uncalibrated)?(?![a-z])"
    r"(?:[_\- ]*\d+(?:\.\d+)?hz)?",
    re.IGNORECASE,
)


def has_sensor_word(name: str) -> bool:
    """Whether a name says of which sensor it is.

    Examples
    --------
    >>> has_sensor_word("Polar_Sense_ACC"), has_sensor_word("accident")
    (True, False)
    """
    return _SENSOR.search(name) is not None


def without_sensor_words(name: str) -> str:
    """Give what names have in common that differ in the sensor alone.

    Examples
    --------
    >>> without_sensor_words("left_Gyroscope_50Hz"), without_sensor_words("left-acc")
    ('left', 'left')
    """
    return re.sub(r"[^a-z0-9]+", " ", _SENSOR.sub(" ", name).lower()).strip()
