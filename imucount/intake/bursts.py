"""Bursts: samples stamped as they arrived, many at once, spread over the time in which they were taken."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imucount.intake.rates import HIGHEST_USUAL_RATE_HZ, median, typical_step
from imucount.samples import FloatArray

__all__ = ["BurstSpreader"]

HEAD_S = 2.0
"""So long a beginning tells how far apart samples are in the long run."""

LONGEST_HEAD_S = 6.0
"""So long a one is asked where samples come faster than they usually do: a stall may have kept them back."""

CROWDED = 0.4
"""Samples closer than this share of the usual interval came at once. A clock that was put back onto its line gives
half of the interval, stamps that are rounded to 1 ms give 0.8 of it at 400 Hz."""

SURELY_ALONE = 0.45
"""With this share between all samples none is crowded, however numbers are rounded."""

EVEN = 0.5
"""Where the usual step is shorter than this share of the mean one, samples come in bursts, or half are lost."""

REGULAR = 0.3
"""Samples that are taken so are apart evenly: the middle half of the short steps is within this share of them.
Nothing regulates how far apart samples of one packet arrive."""

ONE_BURST = 0.8
"""Where the first burst holds this share of all the short steps, it alone is one: a stall at the start."""

ALONE = 0.25
"""Samples closer than this share of the median step are of bursts amid others that come alone."""

GAP_S = 2.0
"""A longer pause is not bridged, and tells nothing of how far apart samples are."""

ROOM = 0.45
LOOSE = 1.6
"""Samples are spread over all the time since the sample before, if they are apart by no less and no more than
these shares of the usual interval then. With less time there are more samples than there should be; with more,
some are lost, and they are put before the last one as far apart as usual."""

LONGEST_BURST_S = 4.0
"""Crowded for longer than this, the rate is another one."""

LEAST_STEP_S = 1e-6
"""Between samples where the clock stands still, so that they have an order."""


class BurstSpreader:
    """Spreads samples that came at once evenly over the time since the sample before them.

    Arrival stamps, such as `time.time()` in the callback of a notification, say when the radio or the system let
    a packet through. The samples of a burst get even times, of which the last is the burst's own; those that came
    alone keep theirs to the bit. Whole and pieces give the same.

    Attributes
    ----------
    interval_s : float or None
        Time between samples in the long run, s; None until the first seconds are known.
    n, spread, bursts : int
        Samples that were given, how many of them got another time, and how many bursts they came in.
    longest_s : float
        Time over which the largest burst was spread, s.

    Notes
    -----
    A sample is in the burst of the one before as long as the burst holds more samples than its time explains: with
    the usual interval T, sample i begins a burst if t(i) - 0.4 T i is higher than ever before. So a stall that is
    worked off in several packets is one burst.

    What it costs: a sample's time is off by up to what packets are apart. In 40 simulated sets of ten circles of
    3 s, at 50 Hz in packets every 50 ms, the period of a circle differed from that with true times by 1.3 ms in
    the median, by 40 ms in one of twenty, and by 217 ms at most.

    Examples
    --------
    >>> spreader = BurstSpreader()
    >>> t = np.repeat(np.arange(0.0, 3.0, 0.06), 3)  # a stamp for each packet of three
    >>> spread, _ = spreader.update(t, np.zeros((len(t), 6)))
    >>> spread[:6].round(2)
    array([-0.04, -0.02,  0.  ,  0.02,  0.04,  0.06])
    """

    def __init__(self) -> None:
        self.interval_s: float | None = None
        self.n = self.spread = self.bursts = 0
        self.longest_s = 0.0
        self._held: list[tuple[FloatArray, FloatArray]] = []  # the head, then the burst that is not over yet
        self._before_s: float | None = None
        self._index = 0
        self._zero_s = self._peak = 0.0

    def update(self, t: FloatArray, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Take the next samples, return those whose burst is over.

        Parameters
        ----------
        t : (n,) array, s
            Not decreasing, also from call to call.
        x : (n, k) array

        Returns
        -------
        t : (m,) array, s
            Strictly increasing, also from call to call.
        x : (m, k) array
        """
        if self.interval_s is None:
            self._held.append((t, x))
            if not self._learn():
                return t[:0], x[:0]
            t, x = self._drawn()
        return self._take(t, x)

    def pass_on(self, t: FloatArray, last: FloatArray) -> tuple[FloatArray, FloatArray] | None:
        """Hold the last of samples that each come alone, as all do where all is well, and give the one before.

        Parameters
        ----------
        t : (n,) array, s
        last : (1, k) array
            The values of the last of them.

        Returns
        -------
        t : (1,) array, s
        x : (1, k) array
            The sample before them, if there is one. They follow as they are, but for the last. None, and nothing
            is done, where not all are known to come alone.
        """
        n_held = sum(len(part) for part, _ in self._held)
        if self.interval_s is None or n_held > 1 or not self._follow_alone(t):
            return None
        held_t, held_x = self._drawn() if n_held else (t[:0], last[:0])
        self._held = [(t[-1:], last)]
        given = n_held + len(t) - 1
        self.n += given
        if given:
            self._before_s = float(t[-2] if len(t) > 1 else held_t[0])
        return held_t, held_x

    def finish(self) -> tuple[FloatArray, FloatArray]:
        """Give what is held back."""
        if not self._held:
            return np.empty(0), np.empty((0, 0))
        given = []
        if self.interval_s is None:
            t, x = self._drawn()
            self._begin(t)
            given.append(self._take(t, x))
        t, x = self._drawn()
        return _joined([*given, self._spread(t, x, np.array([0]))])

    def _learn(self) -> bool:
        """Find the interval, once enough is known."""
        t, x = self._drawn()
        self._held = [(t, x)]
        for head_s in (HEAD_S, LONGEST_HEAD_S):
            n = int(np.searchsorted(t - t[0], head_s)) + 1 if len(t) else 1
            if n > len(t):
                return False
            if usual_interval(t[:n]) * HIGHEST_USUAL_RATE_HZ >= 1.0:
                break
        self._begin(t[:n])
        return True

    def _begin(self, head: FloatArray, longest_s: float = np.inf) -> None:
        self.interval_s = min(usual_interval(head), longest_s) or LEAST_STEP_S
        self._index, self._zero_s, self._peak = 0, float(head[0]), -np.inf

    def _drawn(self) -> tuple[FloatArray, FloatArray]:
        """Take what is held, so that nothing is."""
        held, self._held = self._held, []
        return _joined(held)

    def _take(self, t: FloatArray, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Give the bursts that are over."""
        given = []
        n_held = sum(len(part) for part, _ in self._held)
        held = self.pass_on(t, x[-1:])
        if held is not None:
            return _joined([held, (t[:-1], x[:-1])])
        while len(t):
            assert self.interval_s is not None
            index = np.arange(self._index, self._index + len(t))
            height = (t - self._zero_s) - CROWDED * self.interval_s * index
            peaks = np.maximum.accumulate(np.concatenate([[self._peak], height]))
            self._index, self._peak = self._index + len(t), float(peaks[-1])
            first = np.flatnonzero(height > peaks[:-1]) + n_held
            if n_held:
                first = np.concatenate([[0], first])
                self._held.append((t, x))
                t, x = self._drawn()
            last = np.append(first[1:], len(t)) - 1
            longer = np.flatnonzero(t[last] - t[first] > LONGEST_BURST_S)
            n = int(longer[0]) if len(longer) else len(first) - 1
            start = int(first[n])
            given.append(self._spread(t[:start], x[:start], first[:n]))
            t, x = t[start:], x[start:]
            if not len(longer):
                self._held = [(t, x)]
                break
            # The mean of it is so small that it is no burst then.
            head = t[: int(np.searchsorted(t - t[0], LONGEST_BURST_S, side="right")) + 1]
            self._begin(head, longest_s=float(head[-1] - head[0]) / (len(head) - 1))
            n_held = 0
        return _joined(given) if given else (t, x)

    def _follow_alone(self, t: FloatArray) -> bool:
        """Whether each of the samples begins a burst, which all do where all is well; if so, it is noted."""
        assert self.interval_s is not None
        if not len(t):
            return False
        first = (float(t[0]) - self._zero_s) - CROWDED * self.interval_s * self._index
        last_index = self._index + len(t) - 1
        last = (float(t[-1]) - self._zero_s) - CROWDED * self.interval_s * last_index
        steps = t[1:] - t[:-1]
        if first <= self._peak or (len(steps) and steps.min() <= SURELY_ALONE * self.interval_s):
            return False
        self._index, self._peak = last_index + 1, last
        return True

    def _spread(self, t: FloatArray, x: FloatArray, first: NDArray[np.intp]) -> tuple[FloatArray, FloatArray]:
        """Spread whole bursts, of which `first` has the first samples."""
        if not len(t):
            return t, x
        assert self.interval_s is not None
        self.n += len(t)
        if len(first) < len(t):
            first = self._without_flow(t, first)
            last = np.append(first[1:], len(t)) - 1
            end_s = t[last]
            before_s = np.concatenate([[-np.inf if self._before_s is None else self._before_s], end_s[:-1]])
            sizes = last - first + 1
            steps_s = (end_s - before_s) / sizes
            usual_s = np.maximum(self.interval_s, 4.0 * np.spacing(np.abs(end_s)))  # else a float has no room
            steps_s = np.where(steps_s > LOOSE * self.interval_s, np.minimum(usual_s, steps_s), steps_s)
            is_same = np.zeros(len(t), dtype=bool)
            is_same[1:] = t[1:] <= t[:-1]
            is_moved = (sizes > 1) & ((steps_s >= ROOM * self.interval_s) | np.logical_or.reduceat(is_same, first))
            moved = np.repeat(is_moved, sizes)
            even = np.repeat(end_s, sizes) - np.repeat(steps_s, sizes) * (
                np.repeat(last, sizes) - np.arange(len(t))
            )
            moved[last] = False
            self.spread += int(moved.sum())
            self.bursts += int(is_moved.sum())
            self.longest_s = max(self.longest_s, float((sizes * steps_s)[is_moved].max(initial=0.0)))
            t = np.where(moved, even, t)
        self._before_s = float(t[-1])
        return t, x

    def _without_flow(self, t: FloatArray, first: NDArray[np.intp]) -> NDArray[np.intp]:
        """Take what flows as usual again, after a stall has been worked off, out of its burst."""
        assert self.interval_s is not None
        index = np.arange(len(t))
        came_at_once = np.zeros(len(t), dtype=bool)
        came_at_once[1:] = np.diff(t) < CROWDED * self.interval_s
        last = np.maximum.reduceat(np.where(came_at_once, index, 0), first)
        starts = index > np.repeat(last, np.diff(np.append(first, len(t))))
        starts[first] = True
        return np.flatnonzero(starts)


def usual_interval(t: FloatArray) -> float:
    """Time between samples in the long run, s; 0 without any.

    Parameters
    ----------
    t : (n,) array, s
        Not decreasing.

    Examples
    --------
    >>> round(usual_interval(np.repeat(np.arange(0.0, 2.0, 0.06), 3)), 3)
    0.02
    """
    if len(t) < 2 or t[-1] <= t[0]:
        return 0.0
    steps = np.diff(t)
    median_s = median(steps)
    steps[steps > max(GAP_S, LOOSE * median_s)] = median_s
    mean_s = float(steps.mean())
    usual_s = typical_step(steps[steps >= ALONE * median_s])
    if usual_s >= EVEN * mean_s:
        return usual_s
    short = steps[steps < EVEN * mean_s]
    middle = np.percentile(short, [25, 75])
    last = np.flatnonzero(steps >= EVEN * mean_s)  # samples of bursts
    first = int(last[0])  # short steps before the first long one
    is_regular = middle[1] - middle[0] < REGULAR * usual_s
    if is_regular and usual_s * HIGHEST_USUAL_RATE_HZ >= 1.0 and first < ONE_BURST * len(short):
        return usual_s
    # The first burst began before, and the last one may not be over.
    end = int(last[-1]) if len(last) > 1 else len(steps)
    return float(steps[first:end].sum()) / (end - first)


def _joined(parts: list[tuple[FloatArray, FloatArray]]) -> tuple[FloatArray, FloatArray]:
    if len(parts) == 1:
        return parts[0]
    return np.concatenate([t for t, _ in parts]), np.concatenate([x for _, x in parts])
