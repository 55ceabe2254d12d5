"""Turning: what accelerometer and gyroscope tell of the same turning, summed up as the samples come.

A vector that is fixed in space, such as gravity, turns as seen from the sensor by minus the cross product of the
angular rate and the vector: d(acc)/dt = acc x gyr. Linear acceleration disturbs it, so slow movement is looked at,
and each block of it counts the less the more linear acceleration may be in it: by what of d(acc)/dt is along acc,
where turning has no part, by what the turning itself makes of it far from the joint, and by how fast the movement
is, since a few centimetres to and fro are nothing in a slow one, and all that is seen in a fast one.

What is kept are sums, so few that they serve any session, and enough to ask afterwards how well acc x (N gyr + b)
would explain d(acc)/dt, whatever the matrix N and the bias b.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from imucount.filters import EvenGrid, Lowpass
from imucount.samples import FloatArray, Samples

__all__ = ["GRID_HZ", "LEVER_M", "Turning", "TurningSums"]

GRID_HZ = 10.0
CUTOFF_HZ = 0.5
"""Slow movement: a shoulder that circles at this pace has a twentieth of g in linear acceleration."""

BLOCK = 20
"""Samples of the grid that are weighed together: 2 s, two thirds of a usual circle."""

LEAST_DISTURBANCE = 0.02
"""m²/s⁵: what a block without linear acceleration is taken to be disturbed by. Blocks of standing have 0.001 to
0.01 by the noise of usual sensors."""

LEVER_M = 0.3
"""How far from the axis that it turns about a sensor may be: the clip on a shoulder from the neck or, as the trunk
sways, the hips. So much times the second derivative of the angular rate is linear acceleration's part."""

SHIFT_M = 0.03
"""By how much a shoulder is shifted besides, rms."""

MOVING_RAD_S = 0.02
"""Blocks that neither sensor sees turn by this much, rms, say nothing of the sensors but their noise. Circles make
0.03 to 0.4 of it."""

BOTH, TURNED, FAR = slice(0, 12), slice(12, 156), slice(156, 177)
SEEN, SQUARED, WEIGHT, MOVED = 177, slice(178, 180), 180, 181
N_TOTALS = 182
"""Where what is summed up of a block stands: `both`, `turned`, `far` and `seen`, the squared turning of acc and
gyr, its weight, and whether it moved."""

CROSSED = ((5, 7), (6, 2), (1, 3))
"""Where x, y and z are in the nine of the matrix of the cross product, with a minus, and mirrored without it."""

ON_DIAGONAL = slice(0, 9, 4)
"""Where the diagonal of a matrix is in its nine."""


@dataclass(frozen=True, slots=True, eq=False)
class TurningSums:
    """Sums over the blocks so far, each block weighed.

    Attributes
    ----------
    totals : (N_TOTALS,) array
        All of them.
    seen : float
        Of |d(acc)/dt|².
    end_s : float
        Where the last block ends, s.
    """

    totals: FloatArray
    seen: float
    end_s: float
    _most: FloatArray

    @property
    def both(self) -> FloatArray:
        """Of (d(acc)/dt x acc) by (gyr, 1), shape (3, 4)."""
        return self.totals[BOTH].reshape(3, 4)

    @property
    def turned(self) -> FloatArray:
        """Of (|acc|² I - acc acc') by (gyr, 1)(gyr, 1)', shape (3, 3, 4, 4)."""
        return self.totals[TURNED].reshape(3, 3, 4, 4)

    @property
    def far(self) -> FloatArray:
        """Of G' by (G, [acc], d(acc)/dt - acc x gyr), shape (3, 7).

        G r is what turning adds to d(acc)/dt where the sensor is r, m, away from the joint, [acc] the matrix of
        the cross product with acc.
        """
        return self.totals[FAR].reshape(3, 7)

    @property
    def moving_s(self) -> float:
        """Length of the blocks in which something turned, s."""
        return float(self.totals[MOVED]) * BLOCK / GRID_HZ

    @property
    def rms_rad_s(self) -> tuple[float, float]:
        """Turning of moving blocks, each about its own mean, as acc and gyr see it; 0 where nothing moved.

        That of acc is |d(acc)/dt| / |acc|. These are lengths, which no turning or mirroring of axes changes.
        """
        by_acc, by_gyr, weight = self.totals[SQUARED.start : WEIGHT + 1].tolist()
        return (sqrt(by_acc / weight), sqrt(by_gyr / weight)) if weight else (0.0, 0.0)

    @property
    def most_rad_s(self) -> tuple[float, float]:
        """The same in the block in which each was largest."""
        by_acc, by_gyr = self._most.tolist()
        return sqrt(by_acc), sqrt(by_gyr)

    def unexplained(self, maps: FloatArray) -> FloatArray:
        """How much of d(acc)/dt is left when the angular rate is mapped, with the bias that leaves least.

        Parameters
        ----------
        maps : (m, 3, 3) array

        Returns
        -------
        (m,) array
            In shares of `seen`; more than 1 where no turning at all would explain it better.
        """
        both, all_turned = self.both, self.turned
        gravity = all_turned[:, :, 3, 3]
        each = maps.reshape(-1, 9)
        turned = all_turned[:, :, :3, :3].transpose(0, 2, 1, 3).reshape(9, 9)
        left = self.seen + ((each @ turned - 2.0 * both[:, :3].reshape(9)) * each).sum(axis=1)
        pull = both[:, 3] - each @ all_turned[:, :, :3, 3].transpose(1, 2, 0).reshape(9, 3)
        bias = np.linalg.solve(gravity + 1e-4 * gravity.trace() * np.eye(3), pull.T).T
        left = left + ((bias @ gravity - 2.0 * pull) * bias).sum(axis=1)
        return np.asarray(left / max(self.seen, np.finfo(float).tiny))

    def unexplained_far(self, reach_m: float) -> float:
        """How much is left by the angular rate as it is, of a sensor anywhere within reach of the joint.

        Parameters
        ----------
        reach_m : float
            How far from the joint that turns it the sensor may be, m.
        """
        far, across, towards = self.far[:, :3], self.far[:, 3:6], self.far[:, 6]
        gravity = self.turned[:, :, 3, 3] + 1e-4 * np.trace(self.turned[:, :, 3, 3]) * np.eye(3)
        pull = self.both[:, 3] - np.einsum("icc->i", self.turned[:, :, :3, 3])
        left = self.seen - 2.0 * np.trace(self.both[:, :3]) + np.einsum("ijij->", self.turned[:, :, :3, :3])
        # The bias that leaves least goes with each place.
        solved = np.linalg.solve(gravity, np.column_stack([across.T, pull]))
        freed, drawn = far - across @ solved[:, :3], towards - across @ solved[:, 3]
        place = np.linalg.solve(freed + (1e-6 * np.trace(far) + 1e-12) * np.eye(3), drawn)
        place = place * min(1.0, reach_m / max(float(np.sqrt(place @ place)), 1e-9))
        left = left - pull @ solved[:, 3] - 2.0 * place @ drawn + place @ freed @ place
        return float(left / max(self.seen, np.finfo(float).tiny))

    def best_map(self, doubt: float) -> tuple[FloatArray, float]:
        """Return the matrix, near the unit matrix by `doubt`, that explains most, and the share that it leaves."""
        matrix = self.turned.transpose(0, 2, 1, 3).reshape(12, 12)
        towards = self.both.reshape(12)
        slopes = np.arange(12) % 4 < 3
        penalty = np.where(
            slopes, doubt * matrix.diagonal()[slopes].mean(), 1e-4 * np.trace(self.turned[:, :, 3, 3])
        )
        penalty = penalty + 1e-12  # of a gyroscope that tells nothing
        unit = np.eye(3, 4).reshape(12)
        best = np.linalg.solve(matrix + np.diag(penalty), towards + penalty * unit)
        left = self.seen - 2.0 * best @ towards + best @ matrix @ best
        return best.reshape(3, 4)[:, :3], float(left / max(self.seen, np.finfo(float).tiny))


class Turning:
    """Sums up what both sensors tell as samples come; the sums do not depend on how they are cut.

    Notes
    -----
    A stretch that must not be bridged ends with `restart`; the sums go on.
    """

    def __init__(self) -> None:
        self._totals = np.zeros(N_TOTALS)
        self._most = np.zeros(2)
        self.restart()

    def restart(self) -> None:
        """Begin anew after a gap."""
        self._grid = EvenGrid(GRID_HZ)
        self._lowpass = Lowpass(CUTOFF_HZ, GRID_HZ)
        self._smooth = np.empty((6, 0))
        self._end_s: float | None = None

    def update(self, samples: Samples) -> list[TurningSums]:
        """Take the next samples of a stretch; return the sums after each block that they completed."""
        assert samples.gyr is not None
        if self._end_s is None:
            self._end_s = float(samples.t[0])
        x = np.empty((6, len(samples)))
        x[:3], x[3:] = samples.acc.T, samples.gyr.T
        return self.add(self._grid.update(samples.t, x))

    def add(self, bins: FloatArray) -> list[TurningSums]:
        """Take the next samples of the grid, shape (6, n); return the sums after each block they completed."""
        self._smooth = np.concatenate([self._smooth, self._lowpass.update(bins)], axis=1)
        n_blocks = max(self._smooth.shape[1] - 1, 0) // BLOCK
        if n_blocks == 0:
            return []
        places = BLOCK * np.arange(n_blocks)[:, np.newaxis] + np.arange(BLOCK + 1)
        blocks = np.ascontiguousarray(self._smooth[:, places].swapaxes(0, 1))
        self._smooth = self._smooth[:, n_blocks * BLOCK :]
        rows, lengths = _weighed(blocks)
        # Summed up one after the other, from what there was before on.
        totals = np.cumsum(np.concatenate([self._totals[np.newaxis], rows]), axis=0)[1:]
        most = np.maximum.accumulate(np.concatenate([self._most[np.newaxis], lengths]))[1:]
        self._totals, self._most = totals[-1], most[-1]
        sums = []
        for total, seen, longest in zip(totals, totals[:, SEEN].tolist(), most):
            self._end_s = (self._end_s or 0.0) + BLOCK / GRID_HZ
            sums.append(TurningSums(total, seen, self._end_s, longest))
        return sums


def _weighed(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Weigh each of m blocks, shape (m, 6, BLOCK + 1).

    Returned are what is summed up, (m, N_TOTALS), and the squared turning as both sensors see it, (m, 2), which is
    0 where nothing moved. What it gives of a block does not depend on the others, to the bit: rows are summed one
    by one.
    """
    m = len(x)
    slopes = (x[:, :, 1:] - x[:, :, :-1]) * GRID_HZ
    middle = 0.5 * (x[:, :, 1:] + x[:, :, :-1])
    change, acc, gyr, rate = slopes[:, :3], middle[:, :3], middle[:, 3:], np.ones((m, 4, BLOCK))
    rate[:, :3] = gyr
    squared = (acc * acc).sum(axis=1)
    seen, heavy = _squares(change), squared.sum(axis=1)
    spun = _squares(gyr - gyr.sum(axis=2)[:, :, np.newaxis] / BLOCK)
    across = (-acc[:, :, np.newaxis] * acc[:, np.newaxis]).reshape(m, 9, BLOCK)
    across[:, ON_DIAGONAL] += squared[:, np.newaxis]
    pairs = (rate[:, :, np.newaxis] * rate[:, np.newaxis]).reshape(m, 16, BLOCK)
    # The square of 2 pi times how often the movement goes to and fro a second, as both sensors see it.
    twice = (slopes[:, :, 1:] - slopes[:, :, :-1]) * GRID_HZ
    mean = heavy / BLOCK
    pace = (_squares(twice[:, :3]) + mean * _squares(slopes[:, 3:])) / np.maximum(seen + mean * spun, 1e-9)
    along = ((change * acc).sum(axis=1) ** 2 / np.maximum(squared, 1e-6)).sum(axis=1)
    lever = LEVER_M**2 * _squares(twice[:, 3:])
    shifted = SHIFT_M**2 * pace**3 * BLOCK
    weights = 1.0 / ((along + lever + shifted) / GRID_HZ + LEAST_DISTURBANCE) / GRID_HZ
    lengths = np.empty((m, 2))
    lengths[:, 0], lengths[:, 1] = seen / np.maximum(heavy, 1e-6), spun / BLOCK
    moved = lengths.max(axis=1) > MOVING_RAD_S**2
    lengths *= moved[:, np.newaxis]
    rows = np.empty((m, N_TOTALS))
    rows[:, BOTH] = (_cross(change, acc) @ rate.swapaxes(1, 2)).reshape(m, 12)
    rows[:, TURNED] = (across @ pairs.swapaxes(1, 2)).reshape(m, 144)
    rows[:, FAR] = _far_from_the_joint(x[:, 3:], slopes[:, 3:], change, acc, gyr).reshape(m, 21)
    rows[:, SEEN] = seen
    rows[:, SQUARED] = heavy[:, np.newaxis] * lengths
    rows[:, WEIGHT] = heavy * moved
    rows[:, :MOVED] *= weights[:, np.newaxis]
    rows[:, MOVED] = moved
    return rows, lengths


def _far_from_the_joint(
    nodes: FloatArray, slopes: FloatArray, change: FloatArray, acc: FloatArray, gyr: FloatArray
) -> FloatArray:
    """Of each block, what `TurningSums.far` sums up.

    A sensor at r from the joint has the linear acceleration L r, L = [d(gyr)/dt] + [gyr]², in its own axes; of
    d(acc)/dt that is d(L)/dt r, besides - L r x gyr, which acc x gyr has too much.
    """
    m = len(nodes)
    spinning = np.empty_like(nodes)
    spinning[:, :, 0], spinning[:, :, -1] = slopes[:, :, 0], slopes[:, :, -1]
    spinning[:, :, 1:-1] = 0.5 * (slopes[:, :, 1:] + slopes[:, :, :-1])
    linear = (nodes[:, :, np.newaxis] * nodes[:, np.newaxis]).reshape(m, 9, -1)
    linear[:, ON_DIAGONAL] -= (nodes * nodes).sum(axis=1)[:, np.newaxis]
    # By (G, [acc], what is left), each of a place in x, y, z: the columns of matrices, which are vectors.
    others = np.zeros((m, 7, 3, BLOCK))
    columns_of_acc = others.reshape(m, 21, BLOCK)[:, 9:18]
    for axis, (place, mirrored) in enumerate(CROSSED):
        linear[:, place] -= spinning[:, axis]
        linear[:, mirrored] += spinning[:, axis]
        columns_of_acc[:, place] = acc[:, axis]
        columns_of_acc[:, mirrored] = -acc[:, axis]
    places = linear.reshape(m, 3, 3, -1).swapaxes(1, 2)
    between = 0.5 * (places[..., 1:] + places[..., :-1])
    others[:, :3] = (places[..., 1:] - places[..., :-1]) * GRID_HZ + _cross(gyr[:, np.newaxis], between)
    others[:, 6] = change - _cross(acc, gyr)
    rows = others.reshape(m, 7, -1)
    return np.asarray(rows[:, :3] @ rows.swapaxes(1, 2))


def _cross(a: FloatArray, b: FloatArray) -> FloatArray:
    """Cross product along the last axis but one."""
    a, b = np.concatenate([a, a], axis=-2), np.concatenate([b, b], axis=-2)
    return np.asarray(a[..., 1:4, :] * b[..., 2:5, :] - a[..., 2:5, :] * b[..., 1:4, :])


def _squares(x: FloatArray) -> FloatArray:
    """Sum of the squares of each block, of shape (m, k, n)."""
    return np.asarray((x * x).reshape(len(x), -1).sum(axis=1))
