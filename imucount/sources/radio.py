"""What a source needs of a radio, whichever it is: Bluetooth, or one in software."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from imucount.sensors.sensor import Advertisement

__all__ = ["Connection", "Found", "Radio"]


@dataclass(frozen=True, slots=True)
class Found:
    """A device that was heard.

    Attributes
    ----------
    address : str
        What the platform calls it: a Bluetooth address, or on macOS a UUID.
    advertisement : Advertisement
    rssi_dbm : int or None
        Strength of its signal, dBm: -40 is beside the computer, -90 at the edge of reach.
    """

    address: str
    advertisement: Advertisement
    rssi_dbm: int | None = None


class Connection(Protocol):
    """A device that is connected. Whatever it refuses is a `SensorError`, a lost link a `DisconnectedError`.

    A characteristic is named by its UUID or, where several services have one of that UUID, by
    `service/characteristic`.
    """

    @property
    def services(self) -> frozenset[str]:
        """UUIDs of the services it has, in lower case."""

    @property
    def characteristics(self) -> frozenset[str]:
        """UUIDs of the characteristics it has, in lower case."""

    async def write(self, characteristic: str, data: bytes, response: bool) -> None:
        """Write to a characteristic."""

    async def read(self, characteristic: str) -> bytes:
        """Read a characteristic."""

    async def subscribe(self, characteristic: str, notified: Callable[[bytes], None]) -> None:
        """Have a function called with every notification, on the event loop, as soon as it came."""

    async def unsubscribe(self, characteristic: str) -> None:
        """End what `subscribe` began."""


class Radio(Protocol):
    """Finds devices and connects to them. What is wrong with the radio itself is a `BluetoothError`."""

    def turn(self) -> AbstractAsyncContextManager[object]:
        """Wait until nobody else searches or connects, and keep others from it meanwhile.

        Adapters refuse a second search, and connections at once, so who scans or connects does it within this.
        """

    def scan(self) -> AsyncGenerator[Found, None]:
        """Tell what is heard, the same device again whenever it says more or something new, until closed."""

    def connect(
        self, address: str, dropped: Callable[[], None], timeout_s: float
    ) -> AbstractAsyncContextManager[Connection]:
        """Connect to a device that `scan` found; disconnected on exit.

        `dropped` is called if the link is lost meanwhile. A device that does not answer in time is a
        `DisconnectedError`, one that is no longer there a `DeviceNotFoundError`.
        """
