"""Units of time, acceleration and angular rate in tables, and what brings them to SI."""

from math import pi

from imucount.samples import STANDARD_GRAVITY

__all__ = ["PLAIN_UNITS", "TO_SI"]

PLAIN_UNITS = {"t": "s", "acc": "m/s^2", "gyr": "rad/s"}
"""The units of a table that does not say its own."""

TO_SI = {
    "t": {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9},
    "acc": {"m/s^2": 1.0, "g": STANDARD_GRAVITY, "mg": STANDARD_GRAVITY / 1000},
    "gyr": {"rad/s": 1.0, "deg/s": pi / 180, "mdeg/s": pi / 180_000},
}
"""Known units of each quantity, with the factor that brings them to SI."""
