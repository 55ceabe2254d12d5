"""The sensors that imucount knows, and those that other packages add.

A package adds a sensor by an entry point of the group `imucount.sensors` that names a subclass of
`imucount.sensors.Sensor`. One that is broken is left aside, and told by `sensor_faults`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from imucount.axis_map import axes_told
from imucount.errors import SensorError
from imucount.outside_text import in_words
from imucount.sensors.sensor import Advertisement, Packet, Sensor, module_fault

__all__ = ["Advertisement", "Packet", "Sensor", "known_sensors", "recognise", "sensor_faults", "sensor_of_key"]

ENTRY_POINTS = "imucount.sensors"

_faults: dict[object, SensorError] = {}
"""What is wrong with entry points and kinds of other packages, as it was found."""


def known_sensors() -> tuple[type[Sensor], ...]:
    """List every kind of sensor: imucount's own, those of other packages, and at last text over the Nordic UART.

    A device is taken for the first kind that matches what it advertises. A kind of another package that cannot be
    loaded, or is no Sensor, is not among them; `sensor_faults` tells it.
    """
    from imucount.sensors.adafruit import Adafruit
    from imucount.sensors.metamotion import MetaMotion
    from imucount.sensors.movella_dot import MovellaDot
    from imucount.sensors.movesense import Movesense
    from imucount.sensors.open_profile import OpenProfile
    from imucount.sensors.polar import Polar
    from imucount.sensors.thingy52 import Thingy52
    from imucount.sensors.uart_text import UartText
    from imucount.sensors.witmotion import WitMotion

    own = (OpenProfile, WitMotion, MovellaDot, Polar, Movesense, MetaMotion, Thingy52, Adafruit)
    # The last one, for others may have its service beside their own.
    return (*own, *_added_sensors(), UartText)


def sensor_faults() -> tuple[SensorError, ...]:
    """Tell what is wrong with kinds of sensors of other packages that are left aside, as far as it has shown."""
    _added_sensors()
    return tuple(_faults.values())


def recognise(advertisement: Advertisement, kinds: Iterable[type[Sensor]] | None = None) -> type[Sensor] | None:
    """Find the kind of sensor that advertises so, among all that are known or some of them; None if it is none.

    A kind that cannot even tell is passed over; `sensor_faults` tells it.
    """
    for kind in known_sensors() if kinds is None else kinds:
        try:
            if kind.matches(advertisement):
                return kind
        except (Exception, SystemExit) as error:
            what = f"{kind.__module__}.{kind.__qualname__}.matches to tell whether it is one"
            _faults.setdefault(kind, module_fault(what, error))
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
    left_aside = "".join(f"; {fault}" for fault in sensor_faults())
    raise SensorError(
        f"expected one of the sensors {', '.join(sensor.key for sensor in sensors)}, got {key!r}{left_aside}"
    )


@cache
def _added_sensors() -> tuple[type[Sensor], ...]:
    """Load what other packages add, once."""
    from importlib.metadata import entry_points  # slow to import

    sensors = []
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name):
        try:
            sensor = entry.load()
        except (Exception, SystemExit) as error:
            _faults[entry] = SensorError(
                f"expected the entry point {entry.value!r} to be a kind of sensor, got {in_words(error)} on "
                "loading it; is the package that adds it whole, and of a fitting version?"
            )
            continue
        if not (isinstance(sensor, type) and issubclass(sensor, Sensor)):
            _faults[entry] = SensorError(
                f"expected the entry point {entry.value!r} to name a subclass of imucount.sensors.Sensor, "
                f"got {in_words(sensor)}"
            )
            continue
        try:
            _check(sensor)
        except (Exception, SystemExit) as error:
            what = f"the sensor of the entry point {entry.value!r} to say its key, products, rates and services"
            _faults[entry] = module_fault(what, error)
            continue
        sensors.append(sensor)
    return tuple(sensors)


def _check(sensor: type[Sensor]) -> None:
    """Ask of a kind what is asked of each sooner or later, so that a fault shows before any clip is sought."""
    example = sensor()
    said = (example.key, example.products, example.proven, *example.services)
    if not all(isinstance(each, str) for each in said):
        raise TypeError(f"expected text, got {said!r}")
    axes_told({"gyr_axes": example.gyr_axes, "acc_axes": example.acc_axes})
    sensor.matches(Advertisement())
