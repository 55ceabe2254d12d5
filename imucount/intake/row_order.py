"""Row order: rows put into the order of their time stamps, each of them once, and stamps that cannot be left out.

What writes rows down may swap a few, write some again after a reconnect, let its counter run over, or get one
stamp wrong. Each of these is recognised by the rows around it, none by a number that a single row says.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from dataclasses import dataclass

import numpy as np

from imucount.errors import SampleError
from imucount.samples import FloatArray

__all__ = ["NO_TIME_S", "REMEMBERED", "BackwardsError", "RowOrder"]

FIRST_ROWS = 16
"""So many rows tell how far apart rows are, and by majority which stamps are right."""

CERTAIN_ROWS = 8
"""So many rows in a row that stand apart from those before are right: after a gap, or in another recording."""

DOUBTFUL_STEP_S = 0.25
DOUBTFUL_STEP = 8.0
"""A step longer than this, in s and against the usual one, may be a wrong stamp; the next rows tell. What is late
by no more costs little, wherever it goes."""

MOST_WRONG_ROWS = 16
MOST_WRONG = 0.1
"""With more rows whose stamps are wrong, and a larger share of all, nothing is known of when they were taken."""

NO_TIME_S = 1e15
"""Further off, a number is no time; it must not spoil a difference."""

GAP_S = 2.0
"""Over a longer step nothing is bridged, so a single row behind one is not worth a wrong end."""

REMEMBERED = 256
"""So many rows back, one that comes again is known: more than any packet of a wearable holds."""

BY_PACKET = 0.25
"""Where this share of the rows has the stamp of the row before, but other values, each packet has one stamp; then
a row with the same stamp and the same values is one that came at rest, and none that came again."""

RUN_OVER = (
    *(2.0**bits * tick_s for tick_s in (1e-6, 1e-3) for bits in (32, 31, 30)),
    65.536,
    86400.0,
    43200.0,
    3600.0,
)
"""After so long a count of microseconds or milliseconds begins anew, in 32 bits, in 31 where there is a sign, in
30 on MicroPython, or in 16; and so do a day, half of one, and an hour where the hour is not written, s."""

_Row = tuple[float, FloatArray]


class BackwardsError(SampleError):
    """Time stamps go back for good.

    Attributes
    ----------
    before_s, now_s : float
        The latest stamp, and the first of those that are earlier.
    row : int
        Which row has it, from the first that came, from 0.
    """

    def __init__(self, before_s: float, now_s: float, row: int) -> None:
        self.before_s, self.now_s, self.row = before_s, now_s, row
        super().__init__(
            f"expected t to increase from row to row, got {before_s!r} s and then {now_s!r} s; "
            "were two recordings joined?"
        )


@dataclass(slots=True)
class _Apart:
    """Rows in a row that stand apart from those before, of which the next ones tell whether they are right."""

    rows: list[_Row]

    def is_followed_by(self, t: float, longest_s: float) -> bool:
        return 0.0 <= t - self.rows[-1][0] <= longest_s


class RowOrder:
    """Gives rows in the order of their stamps. Stamps that are the same stay so.

    Parameters
    ----------
    patience : int, default 0
        So many rows are held back for others that come late. With 0 what is late is left out.

    Attributes
    ----------
    swapped, repeated, late, wrong, runs_over : int
        Rows that were out of order; that had come before; that came too late; whose stamps stood apart. How often
        the clock began anew.

    Examples
    --------
    >>> order = RowOrder(patience=4)
    >>> t = 4294.5 + np.array([0.0, 0.1, 0.3, 0.2, 0.4, -4294.5, -4294.4])
    >>> rows = [order.update(t, np.arange(7.0)[:, np.newaxis]), order.finish()]
    >>> np.concatenate([t for t, _ in rows])[:5]
    array([4294.5, 4294.6, 4294.7, 4294.8, 4294.9])
    """

    def __init__(self, patience: int = 0) -> None:
        self._patience = patience
        self._first: list[tuple[FloatArray, FloatArray]] | None = []
        self._usual_s = 0.0
        self._longest_s = DOUBTFUL_STEP_S
        self._is_by_packet = False
        self._offset_s = 0.0
        self._newest_s: float | None = None
        self._index = 0
        self._waiting: list[_Row] = []  # in order; none is given before CERTAIN_ROWS are known
        self._given_s = -np.inf
        self._recent: deque[tuple[FloatArray, FloatArray]] = deque()
        self._n_recent = 0
        self._n_taken = 0
        self._apart: _Apart | None = None
        self.swapped = self.repeated = self.late = self.wrong = self.runs_over = 0

    def update(self, t: FloatArray, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Take the next rows, return those whose turn it is.

        Parameters
        ----------
        t : (n,) array, s
        x : (n, k) array

        Returns
        -------
        t : (m,) array, s
            Not decreasing, also from call to call.
        x : (m, k) array

        Raises
        ------
        BackwardsError
            If the stamps go back, and stay there.
        """
        t = np.clip(t, -NO_TIME_S, NO_TIME_S)
        if self._first is not None:
            self._first.append((t, x))
            if sum(len(part) for part, _ in self._first) < FIRST_ROWS:
                return t[:0], x[:0]
            t, x = self._begin()
        return self._take(t, x)

    @property
    def longest_s(self) -> float | None:
        """Rows that follow within so many s, at other times, go through as they are; None while others may not."""
        is_certain = self._n_taken >= CERTAIN_ROWS and self._apart is None and not self._waiting
        return self._longest_s if is_certain and not self._offset_s else None

    @property
    def newest_s(self) -> float:
        """Time of the newest row, s."""
        return -np.inf if self._newest_s is None else self._newest_s

    def note_passed(self, t: FloatArray, last: FloatArray) -> None:
        """Learn of rows that went through as they are, without being asked for.

        Parameters
        ----------
        t : (n,) array, s
        last : (min(n, REMEMBERED), k) array
            The values of the last of them.
        """
        self._newest_s = float(t[-1])
        self._n_taken += len(t)
        self._index += len(t)
        self._given(t, last)

    def finish(self) -> tuple[FloatArray, FloatArray]:
        """Give what is held back."""
        parts = []
        if self._first:
            parts.append(self._take(*self._begin()))
        if self._apart is not None:
            since_s = self._apart.rows[0][0] - (self._newest_s or 0.0)
            if 0.0 < since_s <= GAP_S or (since_s > 0.0 and len(self._apart.rows) > 1):
                self._go_over(self._apart)
            else:
                self.wrong += len(self._apart.rows)
        if self._waiting:
            parts.append(self._given(*_arrays(self._waiting)))
            self._waiting = []
        return _joined(parts) if parts else (np.empty(0), np.empty((0, 0)))

    def _begin(self) -> tuple[FloatArray, FloatArray]:
        assert self._first is not None
        t, x = _joined(self._first)
        self._first = None
        steps = np.abs(np.diff(t[:FIRST_ROWS]))
        self._usual_s = float(np.median(steps[steps > 0.0])) if steps.any() else 0.0
        self._longest_s = max(DOUBTFUL_STEP_S, DOUBTFUL_STEP * self._usual_s)
        same = (steps == 0.0) & (x[1:FIRST_ROWS] != x[:FIRST_ROWS][:-1]).any(axis=1)
        self._is_by_packet = int(same.sum()) > BY_PACKET * len(same)
        return t, x

    def _take(self, t: FloatArray, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        if len(t) == 0:
            return t, x
        steps = np.diff(t)
        is_odd = (steps < 0.0) | (steps > self._longest_s)
        if not self._is_by_packet:
            is_odd |= steps == 0.0  # it may be the same row once more
        odd = [*(np.flatnonzero(is_odd) + 1).tolist(), len(t)]
        given = []
        start = 0
        while start < len(t):
            end = odd[bisect_left(odd, start + 1)]
            if self._goes_on(float(t[start]), end - start):
                given.append(self._pass(t[start:end], x[start:end]))
            else:
                end = start + 1
                given.append(self._place(float(t[start]), x[start]))
            self._index += end - start
            start = end
        given = [part for part in given if len(part[0])]
        if len(given) == 1:
            return given[0]
        return _joined(given) if given else (t[:0], x[:0])

    def _goes_on(self, stamp_s: float, n: int) -> bool:
        """Whether the first of n rows that follow each other certainly follows those before, if there are any."""
        if self._newest_s is None:
            return self._apart is None and n >= CERTAIN_ROWS
        if self._apart is not None or self._n_taken < CERTAIN_ROWS:
            return False
        step_s = stamp_s + self._offset_s - self._newest_s
        return (step_s > 0.0 or (step_s == 0.0 and self._is_by_packet)) and step_s <= self._longest_s

    def _pass(self, t: FloatArray, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Take rows that follow those before."""
        if self._offset_s:
            t = t + self._offset_s
        self._newest_s = float(t[-1])
        self._n_taken += len(t)
        if self._waiting:
            t, x = _joined([_arrays(self._waiting), (t, x)])
        n = max(len(t) - self._patience, 0)
        self._waiting = list(zip(t[n:].tolist(), x[n:]))
        return self._given(t[:n], x[:n])

    def _place(self, stamp_s: float, row: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Find the place of one row."""
        t = stamp_s + self._offset_s
        if self._newest_s is None:
            self._accept(t, row)
        elif self._apart is not None and not self._fits(t) and self._apart.is_followed_by(t, self._longest_s):
            self._apart.rows.append((t, row))
            if len(self._apart.rows) == CERTAIN_ROWS:
                self._go_over(self._apart)
        else:
            if self._apart is not None:
                self._leave_out(self._apart)
            self._put(t, row)
        n = len(self._waiting) - self._patience if self._n_taken >= CERTAIN_ROWS else 0
        if n <= 0:
            return np.empty(0), row[np.newaxis][:0]
        due, self._waiting = self._waiting[:n], self._waiting[n:]
        return self._given(*_arrays(due))

    def _put(self, t: float, row: FloatArray) -> None:
        assert self._newest_s is not None
        step_s = t - self._newest_s
        if step_s <= 0.0 and not self._is_by_packet and self._has_come(t, row):
            self.repeated += 1
        elif 0.0 <= step_s <= self._longest_s:
            self._accept(t, row)
        elif self._fits(t):
            self._insert(t, row)
        else:
            length_s = next((each for each in RUN_OVER if self._begins_anew(step_s, each)), None)
            if length_s is None:
                self._apart = _Apart([(t, row)])
            else:
                self.runs_over += 1
                self._offset_s += length_s
                self._accept(t + length_s, row)

    def _fits(self, t: float) -> bool:
        """Whether a stamp goes on from the rows before, or is among those that wait."""
        assert self._newest_s is not None
        earliest_s = self._newest_s - DOUBTFUL_STEP_S
        if self._waiting:
            earliest_s = max(self._given_s, self._waiting[0][0] - max(2.0 * self._usual_s, DOUBTFUL_STEP_S / 4))
        return earliest_s <= t <= self._newest_s + self._longest_s

    def _accept(self, t: float, row: FloatArray) -> None:
        self._newest_s = t
        self._n_taken += 1
        self._waiting.append((t, row))

    def _insert(self, t: float, row: FloatArray) -> None:
        """Put a late row where it belongs, if that is still to come."""
        if t < self._given_s or not self._waiting:
            self.late += 1
            return
        self.swapped += 1
        self._n_taken += 1
        self._waiting.insert(bisect_right(self._waiting, t, key=lambda each: each[0]), (t, row))

    def _begins_anew(self, step_s: float, length_s: float) -> bool:
        """Whether a clock that runs over after `length_s` explains a step back."""
        return 0.0 <= step_s + length_s <= max(self._longest_s, GAP_S) < 0.1 * length_s

    def _go_over(self, apart: _Apart) -> None:
        """Take rows that stand apart for right."""
        assert self._newest_s is not None
        since_s = apart.rows[0][0] - self._newest_s
        if self._n_taken < CERTAIN_ROWS and not 0.0 < since_s <= GAP_S:
            # It is those before that stood apart, and nothing of them was given.
            self.wrong += len(self._waiting)
            self._waiting = []
            self._n_taken = 0
        elif since_s < 0.0:
            self._apart = None
            raise BackwardsError(self._newest_s, apart.rows[0][0], self._index - len(apart.rows) + 1)
        for t, row in apart.rows:
            self._accept(t, row)
        self._apart = None

    def _leave_out(self, apart: _Apart) -> None:
        """Take rows that stand apart for wrong, unless most do."""
        assert self._newest_s is not None
        self.wrong += len(apart.rows)
        self._apart = None
        if self.wrong > max(MOST_WRONG_ROWS, MOST_WRONG * self._n_taken):
            raise BackwardsError(self._newest_s, apart.rows[0][0], self._index - len(apart.rows))

    def _has_come(self, t: float, row: FloatArray) -> bool:
        """Whether the same row came before, shortly."""
        if any(each_t == t and (each == row).all() for each_t, each in self._waiting):
            return True
        return any(
            part[0] <= t <= part[-1] and bool((rows[part == t] == row).all(axis=1).any())
            for part, rows in self._recent
        )

    def _given(self, t: FloatArray, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        if len(t):
            self._given_s = float(t[-1])
            self._recent.append((t[-REMEMBERED:], x[-REMEMBERED:]))
            self._n_recent += len(self._recent[-1][0])
            while self._n_recent - len(self._recent[0][0]) >= REMEMBERED:
                self._n_recent -= len(self._recent.popleft()[0])
        return t, x


def _arrays(rows: list[_Row]) -> tuple[FloatArray, FloatArray]:
    return np.array([t for t, _ in rows]), np.array([row for _, row in rows])


def _joined(parts: list[tuple[FloatArray, FloatArray]]) -> tuple[FloatArray, FloatArray]:
    return np.concatenate([t for t, _ in parts]), np.concatenate([x for _, x in parts])
