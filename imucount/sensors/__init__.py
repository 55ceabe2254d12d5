"""The sensors that imucount knows, and those that other packages add.

A package adds a sensor by an entry point of the group `imucount.sensors` that names a subclass of
`imucount.sensors.Sensor`.
"""

from __future__ import annotations

from collections.abc import Iterable

from imucount.errors import SensorError
from imucount.sensors.sensor import Advertisement, Packet, Sensor, module_fault

__all__ = ["Advertisement", "Packet", "Sensor", "known_sensors", "recognise", "sensor_of_key"]

ENTRY_POINTS = "imucount.sensors"


def known_sensors() -> tuple[type[Sensor], ...]:
    """List every kind of sensor: imucount's own, those of other packages, and at last text over the Nordic UART.

    A device is taken for the first kind that matches what it advertises.

    Raises
    ------
    SensorError
        If another package's entry point cannot be loaded, or is no Sensor.
    """
    from importlib.metadata import entry_points  # slow to import

    from imucount.sensors.adafruit import Adafruit
    from imucount.sensors.metamotion import MetaMotion
    from imucount.sensors.movella_dot import MovellaDot
    from imucount.sensors.movesense import Movesense
    from imucount.sensors.open_profile import OpenProfile
    from imucount.sensors.polar import Polar
    from imucount.sensors.thingy52 import Thingy52
    from imucount.sensors.uart_text import UartText
    from imucount.sensors.witmotion import WitMotion

    sensors: list[type[Sensor]] = [
        OpenProfile,
        WitMotion,
        MovellaDot,
        Polar,
        Movesense,
        MetaMotion,
        Thingy52,
        Adafruit,
    ]
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name):
        try:
            sensor = entry.load()
        except Exception as error:
            raise SensorError(
                f"expected the entry point {entry.value!r} to be a kind of sensor, got {error!r} on loading it; "
                "is the package that adds it whole, and of a fitting version?"
            ) from error
        if not (isinstance(sensor, type) and issubclass(sensor, Sensor)):
            raise SensorError(
                f"expected the entry point {entry.value!r} to name a subclass of imucount.sensors.Sensor, "
                f"got {sensor!r}"
            )
        sensors.append(sensor)
    # Last, for others may have its service beside their own.
    return (*sensors, UartText)


def recognise(advertisement: Advertisement, kinds: Iterable[type[Sensor]] | None = None) -> type[Sensor] | None:
    """Find the kind of sensor that advertises so, among all that are known or some of them; None if it is none.

    Raises
    ------
    SensorError
        If a kind cannot even tell.
    """
    for kind in known_sensors() if kinds is None else kinds:
        try:
            if kind.matches(advertisement):
                return kind
        except Exception as error:
            what = f"{kind.__module__}.{kind.__qualname__}.matches to tell whether it is one"
            raise module_fault(what, error) from error
    return None


def sensor_of_key(key: str) -> type[Sensor]:
    """Find a kind of sensor by its key.

    Raises
    ------
    SensorError
        If there is none.
    """
    sensors = known_sensors()
    for sensor in sensors:
        if sensor.key == key:
            return sensor
    raise SensorError(f"expected one of the sensors {', '.join(sensor.key for sensor in sensors)}, got {key!r}")
