"""Unit names: what people and programs write for a unit, where only one can be meant."""

from __future__ import annotations

import re

from imucount.units import TO_SI

__all__ = ["unit_named"]

_SPELLINGS = {
    "t": {
        "s": "s sec secs second seconds",
        "ms": "ms msec msecs milli millis millisec millisecond milliseconds",
        "us": "us µs usec µsec usecs micro micros microsec microsecond microseconds",
        "ns": "ns nsec nsecs nano nanos nanosec nanosecond nanoseconds",
    },
    "acc": {
        "m/s^2": "m/s^2 m/s2 m/s² m/s**2 m/s/s m/(s^2) m/(s2) ms^-2 ms-2 ms2 m.s-2 m.s^-2 m*s^-2 m·s^-2 m·s⁻² "
        "m/sec^2 m/sec2 m/sec² mps2 mps^2 mpss meters/s^2 meters/second^2",
        "g": "g gs g's gn g0",
        "mg": "mg mgs millig milli-g",
    },
    "gyr": {
        "rad/s": "rad/s rads/s rads rad/sec rads/sec rad/second rads/second radian/s radians/s radian/second "
        "radians/second radians/sec rad.s-1 rad.s^-1 rad*s^-1 rad·s^-1 rad·s⁻¹ rads-1 rads^-1",
        "deg/s": "deg/s degs/s deg/sec degs/sec deg/second degree/s degrees/s degree/sec degrees/sec "
        "degree/second degrees/second d/s dps degps °/s °/sec °s-1 °s^-1 °·s⁻¹ deg.s-1 deg.s^-1 deg*s^-1",
        "mdeg/s": "mdeg/s mdps mdeg/sec millideg/s",
    },
}

_UNITS = {
    quantity: {spelling: unit for unit, spellings in units.items() for spelling in spellings.split()}
    for quantity, units in _SPELLINGS.items()
}

# What is left of the degree sign where a file was read in another encoding than it was written in; and other
# signs that are drawn alike.
_DEGREE = re.compile("Â°|¡ã|掳|º|˚|\ufffd{1,2}|&deg;|^[?](?=/s)")
_SIGNS = str.maketrans({"μ": "µ", "∕": "/", "⁄": "/", "−": "-", "’": "'"})


def unit_named(quantity: str, text: str) -> str | None:
    """Find the unit of a quantity, "t", "acc" or "gyr", that is written so; None if there is none.

    Examples
    --------
    >>> unit_named("gyr", "DPS"), unit_named("gyr", "º / sec"), unit_named("acc", "G"), unit_named("t", "g")
    ('deg/s', 'deg/s', 'g', None)
    """
    plain = "".join(text.split()).translate(_SIGNS).replace("Â²", "²").replace("per", "/")
    if quantity == "gyr":
        plain = _DEGREE.sub("°", plain)
    plain = re.sub("/+", "/", plain.lower())
    return plain if plain in TO_SI[quantity] else _UNITS[quantity].get(plain)
