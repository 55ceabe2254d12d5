"""SwingFinder: tilt in, rises and falls between low points out, whatever their size and axis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imucount.circles.plane import Channel, PlaneChunk
from imucount.circles.tape import Tape
from imucount.core.library import Pinned, address, core
from imucount.samples import FloatArray

__all__ = ["HISTORY_S", "LINGER_S", "LONGEST_SIDE_S", "Swing", "SwingFinder"]

AXES = [(float(np.cos(angle)), float(np.sin(angle))) for angle in np.pi * np.arange(3) / 3]
"""Fixed level axes, 60 deg apart: one lies within 30 deg of any axis of elevation."""

THRESHOLDS_RAD = tuple(np.radians((1.2, 2.4, 4.8, 9.6)))
"""A reversal of less than this is not an end. Each serves swings of 2 to 8 times its size."""

LEAST_SHARE, MOST_SHARE = 0.13, 0.5
"""A threshold serves swings of which it is this share: smaller lets wobble in, larger loses small ends."""

LEAST_ALONG = 0.82
"""Cosine of 35 deg: the nearest axis serves a swing, and the next if it is about as near."""

LEAST_REST_SHARE, MOST_REST_SHARE = 0.15, 0.39
"""Rest is looked for with fewer thresholds, since it takes longer: with one, or two if both fit as well."""

SAME = 3
"""Swings on two axes that differ by no more samples than this are one."""

HISTORY_S = 40.0
"""What is kept: two of the slowest circles, and the rest before them."""

LINGER_S = 0.4
"""A fall has come to rest when the last third of its time, and so long at least, brought next to nothing of it."""

LONGEST_SIDE_S = 9.0
"""A rise or fall is looked for within this: a circle of 14 s with uneven halves."""

_SHARES = {
    "least_share": LEAST_SHARE,
    "most_share": MOST_SHARE,
    "least_rest_share": LEAST_REST_SHARE,
    "most_rest_share": MOST_REST_SHARE,
    "least_along": LEAST_ALONG,
}
_FALL = np.dtype(
    [
        *((name, np.int64) for name in ("steps", "is_low")),
        *((name, np.float64) for name in ("least", "tied", "middle", "reach", "outward")),
        ("lowest", np.float64, 256),
    ]
)
_POINT = np.dtype([*((name, np.int64) for name in ("at", "rested_before", "rests_after")), ("value", np.float64)])
_ZIGZAG = np.dtype(
    [
        *((name, np.int64) for name in ("has_begun", "sign", "low_at", "best_at", "n_points", "is_watched")),
        *(("low", np.float64), ("best", np.float64), ("points", _POINT, 3), ("fall", _FALL)),
    ]
)
_STATE = np.dtype(
    [
        *(("longest_side", np.int64), ("linger", np.int64)),
        *(("sizes", np.float64, len(THRESHOLDS_RAD)), ("axes", np.float64, (len(AXES), 2))),
        *((name, np.float64) for name in _SHARES),
        ("zigzags", _ZIGZAG, len(AXES) * len(THRESHOLDS_RAD)),
    ]
)
"""As `imucount_finder` in the core: what it goes by, and its zigzags.

A zigzag knows the high and low points between which the tilt along one axis moves by a threshold or more. Those of
a larger threshold are among those of a smaller one, so it is shown only what goes further in the direction of the
smaller one's present leg.
"""

_MOST_FALLS = 256


@dataclass(frozen=True, slots=True, eq=False)
class Swing:
    """A rise from a low point to a high point and the fall to the next low point, along one level axis.

    Attributes
    ----------
    known : int
        Index of the sample that made it certain.
    start, top, end : int
        IndexArray of its low, high and low point.
    axis : tuple of float
        Direction along the two level axes in which the tilt rises.
    rested_before : bool
        Whether the movement came to rest at the first low point, rather than to turn round there.
    """

    known: int
    start: int
    top: int
    end: int
    axis: tuple[float, float]
    rested_before: bool


class SwingFinder:
    """Finds swings along fixed axes and at several sizes, so that no axis or size has to be known.

    Parameters
    ----------
    sampling_rate_hz : float
        Of the even grid.

    Attributes
    ----------
    end : int
        Index of the sample after the last.
    level : Level
        The level frame of `history`.
    """

    def __init__(self, sampling_rate_hz: float) -> None:
        self._rate_hz = sampling_rate_hz
        self.end = 0
        self._falls = np.empty((1 + _MOST_FALLS, 8), dtype=np.int64)
        self._pinned = Pinned(np.zeros((), _STATE))
        state = self._pinned.array
        state["longest_side"] = int(LONGEST_SIDE_S * sampling_rate_hz)
        state["linger"] = int(LINGER_S * sampling_rate_hz)
        state["sizes"], state["axes"] = THRESHOLDS_RAD, AXES
        for name, share in _SHARES.items():
            state[name] = share
        self._start_over()

    def _start_over(self) -> None:
        self._tape = Tape(8 + len(AXES), int(HISTORY_S * self._rate_hz))
        self._recent: list[Swing] = []
        self._pinned.array["zigzags"] = np.zeros((), _ZIGZAG)

    @property
    def history(self) -> FloatArray:
        """The last samples, rows by `Channel`."""
        return self._tape.x[:8]

    @property
    def first(self) -> int:
        """Index of the first sample of `history`."""
        return self.end - len(self._tape)

    def update(self, chunk: PlaneChunk) -> list[Swing]:
        """Take the next samples, return the swings that became certain, in that order.

        On a new level the zigzags begin anew, with the samples that are to be looked at once more.
        """
        now = self.end
        if chunk.review is not None:
            self.end -= chunk.review
            self._start_over()
        n = chunk.motion.shape[1]
        self._tape.add(n)[:8] = chunk.level.resolve(chunk.motion)
        self.end += n
        self.level = chunk.level
        x, falls = self._tape.x, []
        begin, end, at = x.shape[1] - n, x.shape[1], address(self._falls)
        while begin < end:
            begin = core().imucount_finder_update(
                *(self._pinned.at, address(x), x.strides[0] // 8, self.first, begin, end, now, at, _MOST_FALLS)
            )
            falls += self._told()
        return self._swings(falls)

    def finish(self) -> list[Swing]:
        """Return the swings whose fall the end of the stream cuts short, once they are nearly down."""
        core().imucount_finder_finish(self._pinned.at, self.end - 1, address(self._falls))
        return self._swings(self._told())

    def _told(self) -> list[list[int]]:
        """Give the falls that the core told of."""
        n = int(self._falls[0, 0])
        falls: list[list[int]] = self._falls[1 : 1 + n].tolist() if n else []
        return falls

    def turned(self, begin: int, axis: tuple[float, float, float]) -> tuple[float, float]:
        """Rotation since a sample of `history` about an axis in the sensor frame, and about up, rad."""
        x = self.history[:, -1] - self.history[:, begin]
        tilt = self.level.to_sensor(float(x[Channel.TILT_1]), float(x[Channel.TILT_2]), 0.0)
        return sum(a * b for a, b in zip(axis, tilt)), float(x[Channel.YAW])

    def _swings(self, falls: list[list[int]]) -> list[Swing]:
        """Make swings of falls, in the order in which they were known, without those that nearly equal another."""
        swings = []
        in_order = sorted(falls, key=lambda fall: (fall[0], fall[4], fall[7]))  # of each zigzag, first what rests
        for known, start, top, end, zigzag, sign, rested, _ in in_order:
            one, two = (sign * each for each in AXES[zigzag // len(THRESHOLDS_RAD)])
            for other in self._recent:
                if (
                    -SAME <= other.end - end <= SAME
                    and -SAME <= other.top - top <= SAME
                    and -SAME <= other.start - start <= SAME
                    and other.axis[0] * one + other.axis[1] * two > 0.0
                ):
                    break
            else:
                swings.append(Swing(known, start, top, end, (one, two), bool(rested)))
                self._recent = [*self._recent[-7:], swings[-1]]
        return swings
