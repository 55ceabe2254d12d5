"""What a sensor module says: how the sensor is found, how to talk to it, what its bytes mean.

A sensor module knows neither radio nor clock. What it wants done over the air it yields as actions, and somebody
else does them; what it is told are bytes, and what it tells are packets in SI units with the device's own ticks
and counters as they were sent.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from imucount.errors import SensorError
from imucount.outside_text import in_words
from imucount.samples import FloatArray
from imucount.sets import Side

__all__ = [
    "Action",
    "Advertisement",
    "Ask",
    "Counter",
    "Dialogue",
    "Packet",
    "Pause",
    "Read",
    "Sensor",
    "Subscribe",
    "Ticks",
    "Unsubscribe",
    "Write",
    "all_of",
    "if_possible",
    "module_fault",
]

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Advertisement:
    """What a device tells of itself before anybody connects.

    Attributes
    ----------
    name : str or None
        None where none was heard yet.
    services : tuple of str
        UUIDs of 128 bits, in lower case.
    manufacturers : mapping of int to bytes
        Company identifier to the data that followed it.
    """

    name: str | None = None
    services: tuple[str, ...] = ()
    manufacturers: Mapping[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ticks:
    """How the device's clock is to be read.

    Attributes
    ----------
    tick_s : float
        Length of a tick, s.
    modulus : int
        Count at which it begins again at 0.
    stamps : {"first", "last"}
        The sample of a packet that the ticks are of.
    """

    tick_s: float
    modulus: int
    stamps: Literal["first", "last"] = "first"


@dataclass(frozen=True, slots=True)
class Counter:
    """How a packet's sequence number is to be read.

    Attributes
    ----------
    modulus : int
        Count at which it begins again at 0.
    counts : {"packets", "samples"}
        What it counts. A count of samples is that of the packet's first.
    """

    modulus: int
    counts: Literal["packets", "samples"] = "packets"


@dataclass(frozen=True, slots=True, eq=False)
class Packet:
    """Consecutive samples that came together, in SI units, with what the device said of their time.

    A sensor that sends acceleration and angular rate apart makes packets with one of them None; the two are
    joined by time later.

    Attributes
    ----------
    acc : (n, 3) array, m/s², or None
        Specific force, in the sensor frame: an axis that points up at rest reads +9.81.
    gyr : (n, 3) array, rad/s, or None
        Angular rate, right-handed.
    ticks : int or None
        Device time as sent, before any wrap is undone.
    sequence : int or None
        Sequence number as sent.
    """

    acc: FloatArray | None
    gyr: FloatArray | None
    ticks: int | None = None
    sequence: int | None = None

    def __len__(self) -> int:
        return len(self.acc) if self.acc is not None else 0 if self.gyr is None else len(self.gyr)


@dataclass(frozen=True, slots=True)
class Write:
    """Write to a characteristic; with `response`, wait until the sensor has taken it."""

    characteristic: str
    data: bytes
    response: bool = True


@dataclass(frozen=True, slots=True)
class Read:
    """Read a characteristic; the bytes are sent into the dialogue."""

    characteristic: str


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Let a characteristic notify, or indicate."""

    characteristic: str


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Let a characteristic notify no more."""

    characteristic: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Write, and wait for the notification that answers; its bytes are sent into the dialogue.

    Attributes
    ----------
    characteristic, data, response
        What is written, as of `Write`.
    answers : str
        The characteristic that answers; subscribed to before.
    accept : callable
        Whether a notification of it is the answer. One that is not goes to `Sensor.decode`.
    timeout_s : float
        After this, s, `SensorError` is thrown into the dialogue.
    """

    characteristic: str
    data: bytes
    answers: str
    accept: Callable[[bytes], bool]
    response: bool = True
    timeout_s: float = 5.0


@dataclass(frozen=True, slots=True)
class Pause:
    """Give the sensor time, s."""

    duration_s: float


Action = Write | Read | Subscribe | Unsubscribe | Ask | Pause
Dialogue = Generator[Action, bytes | None, None]
"""Yields actions, receives the bytes of `Read` and `Ask`. A refused action throws `SensorError` into it."""


def all_of(*actions: Action) -> Dialogue:
    """Do every action, though one before it be refused; the first refusal is raised at the end.

    Raises
    ------
    SensorError
        If an action was refused.
    """
    refusal: SensorError | None = None
    for action in actions:
        try:
            yield action
        except SensorError as error:
            refusal = refusal or error
    if refusal is not None:
        raise refusal


def if_possible(action: Action) -> Generator[Action, bytes | None, bytes | None]:
    """Do an action that a stream does not depend on; what it answered, None if it was refused."""
    try:
        return (yield action)
    except SensorError:
        return None


def module_fault(what: str, error: BaseException) -> SensorError:
    """Make one sentence of what a sensor's module raised but may not; its traceback is logged, as debugging.

    Parameters
    ----------
    what : str
        What should have done what.
    error : BaseException
    """
    _logger.debug("expected %s", what, exc_info=error)
    return SensorError(f"expected {what}, got {in_words(error)}; that is a fault of this code, tell its maker")


class Sensor(ABC):
    """One connection to one sensor: made anew after every reconnect, so it may keep what a packet left over.

    Attributes
    ----------
    key : str
        Short name for the command line, a-z, 0-9 and dashes.
    products : str
        What it is called in shops.
    rates_hz : tuple of float
        Rates that can be asked of it, Hz.
    acc_range_g, gyr_range_dps : float or None
        Full scale as it is set here, g and deg/s; None where the sensor has none, or does not say it. Known
        for certain after `start`.
    latency_s : float
        How long a sample waits in the sensor before it is sent, at worst, s.
    proven : str
        What the decoder was checked against, in a few words; shown to users.
    services : tuple of str
        UUIDs in lower case that must be there once connected.
    rate_hz : float
        Nominal rate of the samples. Set by `start` at the latest.
    has_gyroscope : bool
        Set by `start` at the latest.
    ticks : Ticks or None
        None for a sensor whose packets have no time of their own.
    counter : Counter or None
        None for a sensor whose packets are not numbered.
    gyr_axes, acc_axes : str or None
        Which of its axes each axis x, y, z is taken from, such as "y,-x,z": of a sensor whose axes are not
        right-handed, or not the same for acceleration and angular rate. What `decode` gives is as it was sent.
    battery_percent : float or None
        Where the sensor tells it in a way of its own; the standard battery service is read by the link.
    side : {"left", "right"} or None
        The shoulder that the sensor says it is worn on, where it can say it. Known after `start`.

    found : dict of str to bytes
        Settings as they were found where `start` changed them, by characteristic: what `stop` gives back. They
        are handed on to the object of the next connection, which finds only what this one set.

    Parameters
    ----------
    rate_hz : float, optional
        Rate to ask for; the nearest that the sensor has is taken.
    """

    key: ClassVar[str]
    products: ClassVar[str]
    rates_hz: ClassVar[tuple[float, ...]]
    acc_range_g: float | None = None
    gyr_range_dps: float | None = None
    latency_s: ClassVar[float] = 0.1
    proven: ClassVar[str]
    services: ClassVar[tuple[str, ...]]
    preferred_hz: ClassVar[float] = 100.0

    ticks: Ticks | None = None
    counter: Counter | None = None
    gyr_axes: str | None = None
    acc_axes: str | None = None
    battery_percent: float | None = None
    side: Side | None = None

    def __init__(self, rate_hz: float | None = None) -> None:
        wanted_hz = self.preferred_hz if rate_hz is None else rate_hz
        self.rate_hz = min(self.rates_hz, key=lambda offered_hz: abs(offered_hz - wanted_hz))
        self.has_gyroscope = True
        self.found: dict[str, bytes] = {}

    @classmethod
    @abstractmethod
    def matches(cls, advertisement: Advertisement) -> bool:
        """Whether a device that advertises this is likely such a sensor."""

    @abstractmethod
    def start(self) -> Dialogue:
        """Set rate and ranges, subscribe, and let it stream."""

    @abstractmethod
    def stop(self) -> Dialogue:
        """Let it stream no more and leave it as it was found, even where a step before was refused."""

    @abstractmethod
    def decode(self, characteristic: str, data: bytes) -> list[Packet]:
        """Make packets of a notification.

        A notification may hold no packet, one, several, or a part of one that a later notification completes.

        Raises
        ------
        PacketError
            If bytes of it, or of a part before it, are not what this sensor sends and are lost; its `packets`
            are what came whole. The next notification is decoded as if these bytes had not come.
        """
