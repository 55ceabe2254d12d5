"""What imucount raises.

    ImucountError ─┬─ SampleError       arrays that are not one signal, or not in SI units; also a ValueError
                   ├─ RecordingError    a file that cannot be read as a recording; has .path and .line
                   ├─ CountingError     a counter asked for something it cannot do; also a ValueError
                   ├─ ProgrammeError    a programme that cannot be followed, or its file; also a ValueError
                   ├─ SimulationError   a script, a wearer or a clip that cannot be; also a ValueError
                   ├─ PacketError       bytes that are not a packet of the sensor; also a ValueError
                   └─ DeviceError ─┬─ BluetoothError        no radio: off, absent, not permitted, its service died
                                   ├─ DeviceNotFoundError   nothing in reach is the sensor that was asked for
                                   ├─ SensorError           the sensor refused, or is not what it seemed
                                   ├─ SourceError           a source that cannot be had so; also a ValueError
                                   └─ DisconnectedError     the link was lost, or could not be had

Each message says what was expected, what came, and the likely cause.
"""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike, fspath
from typing import Any


class ImucountError(Exception):
    """Base of every error that imucount raises on purpose."""


class SampleError(ImucountError, ValueError):
    """Arrays that are not consecutive samples of one sensor in SI units."""


class CountingError(ImucountError, ValueError):
    """A counter, or what it made, was asked for something it cannot do, or JSON holds no session or profile."""


class SimulationError(ImucountError, ValueError):
    """A script, a wearer or a clip that cannot be simulated."""


class RecordingError(ImucountError):
    """A file that cannot be read as a recording.

    Parameters
    ----------
    message : str
        What was expected, what came and the likely cause, without the file's name.
    path : path-like
        The file.
    line : int, optional
        The line of the file, from 1, where there is one to point at.

    Attributes
    ----------
    message : str
    path : str
    line : int or None
    """

    def __init__(self, message: str, path: str | PathLike[str], line: int | None = None) -> None:
        self.path = fspath(path)
        self.line = line
        self.message = message
        name = self.path or "''"  # an empty one would not be seen
        where = name if line is None else f"{name}, line {line}"
        super().__init__(f"{where}: {message}")

    def __reduce__(self) -> tuple[type[RecordingError], tuple[str, str, int | None]]:
        return type(self), (self.message, self.path, self.line)


class ProgrammeError(ImucountError, ValueError):
    """A programme of exercise that cannot be followed, or a file that holds none."""


class PacketError(ImucountError, ValueError):
    """Bytes that are not a packet of the sensor they came from.

    Parameters
    ----------
    message : str
    packets : sequence of imucount.sensors.Packet, optional
        What came whole in the same notification.

    Attributes
    ----------
    packets : tuple of imucount.sensors.Packet
    """

    def __init__(self, message: str, packets: Sequence[Any] = ()) -> None:
        super().__init__(message)
        self.packets = tuple(packets)


class DeviceError(ImucountError):
    """A sensor clip, or the radio that should reach it, cannot be used."""


class BluetoothError(DeviceError):
    """The computer's own Bluetooth cannot be used."""


class DeviceNotFoundError(DeviceError):
    """Nothing in reach is the sensor that was asked for."""


class SensorError(DeviceError):
    """A sensor refused a command, did not answer, or is not what it seemed."""


class SourceError(DeviceError, ValueError):
    """A source was asked for something it cannot do, or was used otherwise than once."""


class DisconnectedError(DeviceError):
    """The link to a sensor was lost, or could not be had."""
