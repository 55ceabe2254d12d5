"""The level of a sensor's battery, by the Battery Service of the Bluetooth SIG."""

from __future__ import annotations

import asyncio

from imucount.errors import DeviceNotFoundError, DisconnectedError, SensorError
from imucount.sources.radio import Connection, Radio

__all__ = ["BATTERY_LEVEL", "battery_percent", "read_battery_level"]

BATTERY_LEVEL = "00002a19-0000-1000-8000-00805f9b34fb"
"""Characteristic of the service 0x180F: a byte, percent."""

READ_S = 2.0
"""How long an answer is waited for, s; samples that come meanwhile wait as well."""


async def read_battery_level(connection: Connection) -> float | None:
    """Read the level, percent; None if the sensor does not tell it.

    Raises
    ------
    DisconnectedError
    """
    if BATTERY_LEVEL not in connection.characteristics:
        return None
    try:
        async with asyncio.timeout(READ_S):
            level = await connection.read(BATTERY_LEVEL)
    except (SensorError, TimeoutError):
        return None
    return float(level[0]) if level else None


async def battery_percent(radio: Radio, address: str, timeout_s: float = 10.0) -> float | None:
    """Connect to a sensor for its battery's level alone.

    Parameters
    ----------
    radio : Radio
    address : str
        Of a sensor that this radio has heard.
    timeout_s : float, default 10
        How long connecting may take, s.

    Returns
    -------
    float or None
        Percent. None if the sensor does not tell it that way, or cannot be connected to now.

    Raises
    ------
    BluetoothError
    """
    try:
        async with radio.turn(), radio.connect(address, _ignore, timeout_s) as connection:
            return await read_battery_level(connection)
    except (DeviceNotFoundError, DisconnectedError):
        return None


def _ignore() -> None:
    """Do nothing about a drop: what is read fails by itself."""
