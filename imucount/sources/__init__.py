"""Where samples come from as they are taken: a sensor clip, a recording played back, a virtual clip."""

from __future__ import annotations

import math
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

from imucount.axis_map import AXES_KEYS
from imucount.errors import SourceError
from imucount.sets import Side
from imucount.sources.nearby import Nearby
from imucount.sources.radio import Radio
from imucount.sources.source import Notice, Source

if TYPE_CHECKING:
    from imucount.formats.reading import ReadingOptions

__all__ = ["Nearby", "Notice", "Radio", "Source", "open_source", "scan"]


def open_source(
    spec: str,
    *,
    side: Side | None = None,
    rate_hz: float | None = None,
    radio: Radio | None = None,
    origin_s: float | None = None,
    speed: float = 1.0,
    **told: Unpack[ReadingOptions],
) -> Source:
    """Open a source of samples, live or as if it were.

    Parameters
    ----------
    spec : str
        "ble:" and the name or the address of a sensor, or the key of its kind such as "ble:movella-dot"; "ble:"
        alone is the one known sensor in reach. "csv:" and a recording of any kind that `imucount.read` takes: a
        file, a folder or archive, or its files with `os.pathsep` between them. "sim:" is a virtual clip whose
        wearer does 3 sets of 10 forward and 3 sets of 10 backward circles, "sim:forward" and "sim:backward" one
        set of 10.
    side : {"left", "right"}, optional
        The shoulder that wears the sensor; by default what the sensor or the recording says. A virtual clip is on
        the right.
    rate_hz : float, optional
        Rate to ask a sensor for, Hz; the nearest that it has is taken.
    radio : Radio, optional
        For "ble:", in place of the computer's Bluetooth.
    origin_s : float, optional
        For "ble:" and "sim:", the `time.monotonic` at which sample time is 0, for several sources on one clock; by
        default it is when the source is opened.
    speed : float, default 1
        For "csv:" and "sim:", seconds of the stream in a second. 0, for "csv:" alone, hands everything over at
        once.
    gyr_axes, acc_axes : str, optional
        Which axis of the gyroscope, or of the accelerometer, each axis x, y, z is taken from, such as "y,-x,z";
        over what the kind of the sensor, or the recording, says.
    **told
        For "csv:", how else to read it, as of `imucount.read`.

    Returns
    -------
    Source
        To be used as `async with open_source(...) as source: async for samples in source: ...`, once.

    Raises
    ------
    SourceError
        If there is no such source. What is wrong with a clip or a file shows on opening it.

    Examples
    --------
    >>> import asyncio
    >>> from imucount.sources import open_source
    >>> async def first_second(spec):
    ...     async with open_source(spec, speed=50) as source:
    ...         async for samples in source:
    ...             if samples.t[-1] > 1:
    ...                 return source.side, source.sampling_rate_hz
    >>> asyncio.run(first_second("sim:"))
    ('right', 100.0)
    """
    if side not in ("left", "right", None):
        raise SourceError(f'expected side "left", "right" or None, got {side!r}')
    if rate_hz is not None and not 0 < rate_hz < math.inf:
        raise SourceError(f"expected a rate_hz above 0, got {rate_hz!r}")
    kind, colon, rest = spec.partition(":") if isinstance(spec, str) else ("", "", "")
    of_files = [name for name, value in told.items() if name not in AXES_KEYS.values() and value is not None]
    gyr_axes, acc_axes = told.get("gyr_axes"), told.get("acc_axes")
    if kind != "csv" and of_files:
        raise SourceError(f"expected {', '.join(of_files)} for recordings only, got {spec!r}")
    match kind if colon else None:
        case "ble":
            from imucount.sources.link import SensorSource

            if speed != 1:
                raise SourceError(
                    f"speed is for recordings and the virtual clip; a sensor has its own, got {speed!r}"
                )
            return SensorSource(
                _bluetooth() if radio is None else radio,
                rest,
                side=side,
                rate_hz=rate_hz,
                origin_s=origin_s,
                gyr_axes=gyr_axes,
                acc_axes=acc_axes,
            )
        case "csv":
            from imucount.sources.recorded import CsvSource

            return CsvSource(_paths(rest), side=side, speed=speed, **told)
        case "sim":
            from imucount.sources.virtual import virtual_source

            return virtual_source(
                rest,
                side=side,
                rate_hz=rate_hz,
                origin_s=origin_s,
                speed=speed,
                gyr_axes=gyr_axes,
                acc_axes=acc_axes,
            )
    raise SourceError(f'spec must begin with "ble:", "csv:" or "sim:", got {spec!r}')


async def scan(duration_s: float = 5.0, *, radio: Radio | None = None, with_battery: bool = False) -> list[Nearby]:
    """Listen for devices.

    Parameters
    ----------
    duration_s : float, default 5
        How long, s.
    radio : Radio, optional
        In place of the computer's Bluetooth.
    with_battery : bool, default False
        Then connect to each known sensor in turn and ask for the level of its battery. That takes up to 12 s each.

    Returns
    -------
    list of Nearby
        What was heard and what it likely is: known sensors first, the nearest first of each.

    Raises
    ------
    BluetoothError
        If there is no Bluetooth to be had.
    SourceError
        If the duration is none.
    """
    if not 0 < duration_s < math.inf:
        raise SourceError(f"expected a duration_s above 0, got {duration_s!r}")
    from imucount.sources.battery import battery_percent
    from imucount.sources.finding import listen

    radio = _bluetooth() if radio is None else radio
    nearby = await listen(radio, duration_s)
    if with_battery:
        for index, each in enumerate(nearby):
            if each.sensor is not None:
                percent = await battery_percent(radio, each.found.address)
                nearby[index] = replace(each, battery_percent=percent)
    return nearby


def _paths(text: str) -> str | list[str]:
    """Take apart the files of one recording; a name that is there has the word."""
    parts = text.split(os.pathsep)
    return parts if len(parts) > 1 and not os.path.exists(text) and all(map(os.path.exists, parts)) else text


def _bluetooth() -> Radio:
    from imucount.sources.ble import BleRadio

    return BleRadio()
