"""Nearby: a device that was heard, and what it likely is."""

from __future__ import annotations

from dataclasses import dataclass

from imucount.sensors.sensor import Sensor
from imucount.sources.radio import Found

__all__ = ["Nearby"]


@dataclass(frozen=True, slots=True)
class Nearby:
    """A device that was heard, and what it likely is.

    Attributes
    ----------
    found : Found
        All that it told, in however many pieces.
    sensor : type of Sensor, or None
        None if it is none of those that are known.
    battery_percent : float or None
        Where it was asked and told.
    """

    found: Found
    sensor: type[Sensor] | None
    battery_percent: float | None = None

    def __str__(self) -> str:
        name = self.found.advertisement.name or "(no name)"
        kind = "" if self.sensor is None else f" ({self.sensor.key})"
        return f"{name}{kind} at {self.found.address}"
