"""Finds the sensor that is meant among the devices that are heard."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import aclosing
from dataclasses import replace

from imucount.errors import DeviceNotFoundError, SensorError
from imucount.sensors import known_sensors, recognise
from imucount.sensors.sensor import Sensor
from imucount.sources.nearby import Nearby
from imucount.sources.radio import Found, Radio

__all__ = ["find", "listen", "meant"]

SETTLE_S = 1.0
"""How long is listened on for a second device that fits, s: sensors advertise once in 0.02 to 1 s."""


async def listen(radio: Radio, duration_s: float) -> list[Nearby]:
    """Listen for a while; the known sensors first, the nearest first of each."""
    hearing: dict[str, Found] = {}
    try:
        async with radio.turn(), asyncio.timeout(duration_s), aclosing(radio.scan()) as scan:
            async for found in scan:
                _hear(hearing, found)
    except TimeoutError:
        pass
    return _recognised(hearing)


async def find(radio: Radio, wanted: str, sensor: type[Sensor] | None, timeout_s: float) -> Nearby:
    """Find one sensor; its `sensor` is never None. It must be the caller's turn.

    Parameters
    ----------
    radio : Radio
    wanted : str
        Its name or address, upper or lower case, or the key of a kind of sensor. "" is any known sensor.
    sensor : type of Sensor, optional
        The kind that it is, for one that does not advertise it.
    timeout_s : float
        How long to listen for it, s.

    Raises
    ------
    DeviceNotFoundError
        If nothing fits, or several devices do.
    SensorError
        If it is of no known kind.
    BluetoothError
    """
    kinds = known_sensors()
    if sensor is None:
        sensor = next((kind for kind in kinds if kind.key == wanted.lower()), None)
        by_kind = sensor is not None or not wanted
    else:
        by_kind = not wanted
    hearing: dict[str, Found] = {}
    fitting: dict[str, Nearby] = {}
    try:
        async with asyncio.timeout(timeout_s) as limit, aclosing(radio.scan()) as scan:
            async for found in scan:
                heard = _hear(hearing, found)
                if by_kind:
                    kind = recognise(heard.advertisement, kinds if sensor is None else [sensor])
                elif _is_called(heard, wanted):
                    kind = sensor or recognise(heard.advertisement, kinds)
                else:
                    kind = None
                if kind is None:
                    continue  # a name and services may be told later
                first = not fitting
                fitting[heard.address] = Nearby(heard, kind)
                if wanted.lower() == heard.address.lower():
                    break
                if first:
                    limit.reschedule(asyncio.get_running_loop().time() + min(SETTLE_S, timeout_s))
    except TimeoutError:
        pass
    if len(fitting) == 1:
        return next(iter(fitting.values()))
    if fitting:
        raise DeviceNotFoundError(
            f"expected {meant(wanted, sensor)} in reach, and no other, got {len(fitting)}: "
            f"{_listed(fitting.values())}; say which by its address"
        )
    nearby = _recognised(hearing)
    for each in nearby:
        if not by_kind and _is_called(each.found, wanted):
            raise SensorError(
                f"expected a known kind of sensor, got {each}, which advertises as none of them; if it is one, "
                f"say its kind: {', '.join(kind.key for kind in kinds)}"
            )
    raise DeviceNotFoundError(
        f"expected {meant(wanted, sensor)} in reach, got "
        f"{_listed(nearby) if nearby else 'no device at all'} within {timeout_s:g} s; "
        "is it switched on, charged and near, and not connected to a phone or another computer?"
    )


def _hear(hearing: dict[str, Found], found: Found) -> Found:
    """Add what a device told to what it told before: an advertisement holds a part of it at a time."""
    before = hearing.get(found.address)
    if before is not None:
        old, new = before.advertisement, found.advertisement
        found = replace(
            found,
            advertisement=replace(
                new,
                name=new.name or old.name,
                services=tuple(dict.fromkeys((*old.services, *new.services))),
                manufacturers={**old.manufacturers, **new.manufacturers},
            ),
            rssi_dbm=before.rssi_dbm if found.rssi_dbm is None else found.rssi_dbm,
        )
    hearing[found.address] = found
    return found


def _is_called(found: Found, wanted: str) -> bool:
    return wanted.lower() in (found.address.lower(), (found.advertisement.name or "").lower())


def _recognised(hearing: Mapping[str, Found]) -> list[Nearby]:
    """Name the kinds; the known sensors first, the nearest first of each."""
    kinds = known_sensors()
    nearby = [Nearby(found, recognise(found.advertisement, kinds)) for found in hearing.values()]
    return sorted(nearby, key=lambda each: (each.sensor is None, -(each.found.rssi_dbm or -128)))


def meant(wanted: str, sensor: type[Sensor] | None) -> str:
    """Say what is looked for, as of `find`."""
    if wanted and (sensor is None or wanted.lower() != sensor.key):
        return repr(wanted)
    return "a known sensor" if sensor is None else f"a sensor of the kind {sensor.key}"


def _listed(devices: Iterable[Nearby]) -> str:
    return ", ".join(map(str, devices))
