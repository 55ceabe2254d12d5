"""Doubled: notifications that all come twice, noticed and taken once.

Where a link was lost and a program did not end its notifications, BlueZ hands each to the program twice once the
sensor is connected again: two subscriptions, one sensor. Packets with a number or a time show it, others do not.
"""

from __future__ import annotations

from imucount.sources.dialogue import Notification

__all__ = ["Doubled"]

RUNS = 8
"""So many different notifications in a row, each twice, are no chance: of a sensor at rest that repeats three of
ten, one connection in a hundred thousand would look so."""

JUDGED_S = 0.6
"""A connection is judged by its first notifications, of so long; a clock settles for longer."""


class Doubled:
    """Takes once what a connection hands over twice. The first notifications wait until that is known.

    Attributes
    ----------
    found : bool
        Whether this connection hands everything over twice.

    Examples
    --------
    >>> once = Doubled()
    >>> came = [Notification(0.01 * n, "data", bytes([n])) for n in range(20) for _ in range(2)]
    >>> taken = [each for notification in came for each in once.update(notification)]
    >>> [each.data[0] for each in taken] == list(range(20)), once.found
    (True, True)
    """

    def __init__(self) -> None:
        self._streams: dict[str, _Stream] = {}

    @property
    def found(self) -> bool:
        """Whether this connection hands everything over twice."""
        return any(stream.is_doubled for stream in self._streams.values())

    def update(self, notification: Notification) -> list[Notification]:
        """Take a notification, return those that are to be read."""
        return self._streams.setdefault(notification.characteristic, _Stream()).update(notification)

    def finish(self) -> list[Notification]:
        """Return those that still wait."""
        waiting = [each for stream in self._streams.values() for each in stream.finish()]
        return sorted(waiting, key=lambda notification: notification.arrival_s)


class _Stream:
    """The notifications of one characteristic."""

    def __init__(self) -> None:
        self._waiting: list[Notification] | None = []
        self._before: bytes | None = None
        self.is_doubled = False

    def update(self, notification: Notification) -> list[Notification]:
        if self._waiting is None:
            return self._once([notification])
        self._waiting.append(notification)
        lengths = _lengths_of_runs(self._waiting)
        # The first may have come before the second subscription, the last may not be complete.
        complete = lengths[1:-1]
        is_even = all(length % 2 == 0 for length in complete)
        lasts_s = notification.arrival_s - self._waiting[0].arrival_s
        if is_even and len(complete) < RUNS and lasts_s < JUDGED_S:
            return []
        self.is_doubled = is_even and len(complete) >= RUNS
        return self.finish()

    def finish(self) -> list[Notification]:
        waiting, self._waiting = self._waiting or [], None
        return self._once(waiting)

    def _once(self, notifications: list[Notification]) -> list[Notification]:
        if not self.is_doubled:
            return notifications
        taken = []
        for notification in notifications:
            if notification.data == self._before:
                self._before = None  # its twin has come; another like it is another one
            else:
                self._before = notification.data
                taken.append(notification)
        return taken


def _lengths_of_runs(notifications: list[Notification]) -> list[int]:
    """Count how often each came in a row."""
    lengths: list[int] = []
    before: bytes | None = None
    for notification in notifications:
        if notification.data == before:
            lengths[-1] += 1
        else:
            lengths.append(1)
            before = notification.data
    return lengths
