"""Stamps: the time of samples as it is written down or told, heard out before anything is counted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imucount.intake.bursts import SURELY_ALONE, BurstSpreader
from imucount.intake.row_order import NO_TIME_S, REMEMBERED, RowOrder
from imucount.samples import FloatArray, Samples

__all__ = ["PATIENCE", "Stamps"]

PATIENCE = 64
"""For what is recorded already: so many rows are waited for by others that come late."""

BLOCK = 1 << 12
"""So many samples are put in order at a time where not all is well. Fewer that are well are not looked for."""

FIRST_BLOCK = 1 << 9
"""The same until it is known how far samples are apart, which two seconds tell of most sensors."""

JOINED = 1 << 16
"""No more samples than these are handed on as one: every piece costs whoever counts as much as many samples do."""

NOTABLE_BURSTS = 0.01
NOTABLE_BURST_S = 0.5
"""Fewer bursts, against the number of samples, that last less are not worth a word: stamps that are rounded are
equal now and then."""


class Stamps:
    """Puts samples in order of time, and gives times to those that have none of their own.

    What is sound goes through unchanged to the bit; the last sample waits for the next, and the first two seconds
    until the rate is known. Whole and pieces give the same.

    Parameters
    ----------
    patience : int, default 0
        As of `RowOrder`.

    Notes
    -----
    Rows at the start whose acceleration is exactly zero, which no sensor measures, are left out: it had not begun.

    Examples
    --------
    >>> stamps = Stamps()
    >>> t = np.repeat(np.arange(0.0, 3.0, 0.06), 3)
    >>> t, _ = stamps.update(t, np.arange(1.0, 1.0 + 3 * len(t)).reshape(-1, 3))
    >>> t[:4].round(2), len(stamps.notes)
    (array([-0.04, -0.02,  0.  ,  0.02]), 1)
    """

    def __init__(self, patience: int = 0) -> None:
        self._order = RowOrder(patience)
        self._spreader = BurstSpreader()
        self._zeros: list[tuple[FloatArray, FloatArray]] | None = []
        self._n_zeros, self._zeros_s = 0, 0.0

    @property
    def interval_s(self) -> float | None:
        """Time between samples in the long run, s; None until the first seconds are known."""
        return self._spreader.interval_s

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found, a sentence each."""
        order, spreader = self._order, self._spreader
        notes = []
        if self._n_zeros:
            notes.append(
                f"The first {_rows(self._n_zeros)} ({self._zeros_s:.1f} s), whose acceleration is exactly zero, "
                f"{_were(self._n_zeros)} left out: the sensor had not begun to measure."
            )
        if order.runs_over:
            times = "once" if order.runs_over == 1 else f"{order.runs_over} times"
            notes.append(f"The clock of the time stamps ran over and began anew {times}; time was continued.")
        if order.swapped:
            notes.append(
                f"{_rows(order.swapped)} out of order {_were(order.swapped)} put in the order of their time."
            )
        if order.repeated:
            notes.append(f"{_rows(order.repeated)} that came twice {_were(order.repeated)} left out once.")
        if order.late:
            notes.append(f"{_rows(order.late)} that came after later ones {_were(order.late)} left out.")
        if order.wrong:
            notes.append(
                f"{_rows(order.wrong)} {_were(order.wrong)} left out, with a time far from that of those around."
            )
        if spreader.bursts > NOTABLE_BURSTS * spreader.n:
            notes.append(
                f"Samples have the times at which they arrived, several at once: {spreader.spread} of "
                f"{spreader.n} were spread evenly, so that times are uncertain by as much as arrivals are apart."
            )
        elif spreader.longest_s > NOTABLE_BURST_S:
            notes.append(
                f"{_rows(spreader.spread)} arrived in bursts, after stalls of up to {spreader.longest_s:.1f} s, "
                f"and {_were(spreader.spread)} spread evenly over that time."
            )
        return tuple(notes)

    def update(self, t: FloatArray, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Take the next samples, return those whose time is known.

        Parameters
        ----------
        t : (n,) array, s
            As they were stamped.
        x : (n, k) array
            Their values, acceleration in the first three columns.

        Returns
        -------
        t : (m,) array, s
            Strictly increasing, also from call to call.
        x : (m, k) array

        Raises
        ------
        BackwardsError
            If the stamps go back, and stay there.
        """
        t, x = self._order.update(t, x)
        if self._zeros is not None and len(t):
            t, x = self._without_zeros(t, x)
        return self._spreader.update(t, x) if len(t) else (t, x)

    def finish(self) -> tuple[FloatArray, FloatArray]:
        """Give what is held back."""
        parts = [self._order.finish()]
        if len(parts[0][0]):
            t, x = parts[0]
            if self._zeros is not None:
                t, x = self._without_zeros(t, x)
            parts = [self._spreader.update(t, x)] if len(t) else []
        if self._zeros:  # nothing else came
            parts = [self._spreader.update(*part) for part in self._zeros]
            self._n_zeros = 0
        parts = [part for part in (*parts, self._spreader.finish()) if len(part[0])]
        if not parts:
            return np.empty(0), np.empty((0, 0))
        return np.concatenate([t for t, _ in parts]), np.concatenate([x for _, x in parts])

    def update_samples(self, samples: Samples) -> list[Samples]:
        """Take samples in place of arrays. Those whose times are sound are handed on as they are, at no cost.

        Raises
        ------
        BackwardsError
            If the stamps go back, and stay there.
        """
        given: list[Samples] = []
        start, odd, limits = 0, np.empty(0, dtype=np.intp), (0.0, 0.0)
        while start < len(samples):
            now = self._limits()
            if now is not None:
                if now != limits:
                    limits, odd = now, _odd(samples.t, *now)
                stop = int(odd[np.searchsorted(odd, start, side="right")])
                if stop == len(samples) or stop - start >= BLOCK:
                    passed = self._pass_on(samples[start:stop], now)
                    if passed:
                        given += passed
                        start = stop
                        continue
            part = samples[start : start + (FIRST_BLOCK if now is None else BLOCK)]
            given.append(_samples(*self.update(part.t, _columns(part))))
            start += len(part)
        given = [part for part in given if len(part)]
        return [Samples.concatenate(given)] if 0 < sum(map(len, given)) <= JOINED else given

    def finish_samples(self) -> list[Samples]:
        """Give what is held back, of samples."""
        t, x = self.finish()
        return [_samples(t, x)] if len(t) else []

    def _limits(self) -> tuple[float, float] | None:
        """How far apart samples must be, and may be, to be handed on as they are; None where none are."""
        interval_s, longest_s = self._spreader.interval_s, self._order.longest_s
        if self._zeros is not None or interval_s is None or longest_s is None:
            return None
        return SURELY_ALONE * interval_s, longest_s

    def _pass_on(self, samples: Samples, limits: tuple[float, float]) -> list[Samples]:
        """Hand on samples that are as far apart as they should be; none if they do not follow those before."""
        t = samples.t
        if not limits[0] < t[0] - self._order.newest_s <= limits[1] or max(-t[0], t[-1]) > NO_TIME_S:
            return []
        last = _columns(samples[-REMEMBERED:])
        held = self._spreader.pass_on(t, last[-1:])
        if held is None:
            return []
        self._order.note_passed(t, last)
        return [_samples(*held), samples[:-1]]

    def whole(self, t: FloatArray, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Take all samples at once, as of `update`, and return them all."""
        parts = [self.update(t, x), self.finish()]
        return np.concatenate([t for t, _ in parts]), np.concatenate([x for _, x in parts if len(x)] or [x[:0]])

    def _without_zeros(self, t: FloatArray, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Leave out what is exactly zero at the start, unless there is nothing else."""
        assert self._zeros is not None
        if not self._zeros and x[0, :3].any():
            self._zeros = None
            return t, x
        is_measured = x[:, :3].any(axis=1)
        n = int(np.argmax(is_measured)) if is_measured.any() else len(t)
        if n:
            self._zeros.append((t[:n], x[:n]))
        if n < len(t):
            self._n_zeros = sum(len(zeros) for zeros, _ in self._zeros)
            self._zeros_s = float(t[n] - self._zeros[0][0][0]) if self._n_zeros else 0.0
            self._zeros = None
        return t[n:], x[n:]


def _odd(t: FloatArray, above_s: float, up_to_s: float) -> NDArray[np.intp]:
    """Places of samples that are not as far from those before as they should be, and their number as the last."""
    steps = np.diff(t)
    return np.append(np.flatnonzero((steps <= above_s) | (steps > up_to_s)) + 1, len(t))


def _columns(samples: Samples) -> FloatArray:
    return samples.acc if samples.gyr is None else np.concatenate([samples.acc, samples.gyr], axis=1)


def _samples(t: FloatArray, x: FloatArray) -> Samples:
    return Samples.owning(t, x[:, :3], x[:, 3:] if x.shape[1] > 3 else None)


def _rows(n: int) -> str:
    return "1 sample" if n == 1 else f"{n} samples"


def _were(n: int) -> str:
    return "was" if n == 1 else "were"
