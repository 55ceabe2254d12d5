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

from collections.abc import Iterator
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True, eq=False)
class TurningSums:
    """Sums over the blocks so far, each block weighed.

    Attributes
    ----------
    both : (3, 4) array
        Of (d(acc)/dt x acc) by (gyr, 1).
    turned : (3, 3, 4, 4) array
        Of (|acc|² I - acc acc') by (gyr, 1)(gyr, 1)'.
    seen : float
        Of |d(acc)/dt|².
    far : (3, 7) array
        Of G' by (G, [acc], d(acc)/dt - acc x gyr): G r is what turning adds to d(acc)/dt where the sensor is r, m,
        away from the joint, [acc] the matrix of the cross product with acc.
    acc_rms, gyr_rms : float
        rad/s: the turning of moving blocks, each about its own mean, as seen by either sensor: that of acc by
        |d(acc)/dt| / |acc|. These are lengths, which no turning or mirroring of axes changes.
    most_acc, most_gyr : float
        rad/s: the same in the block in which each was largest.
    moving_s : float
        Length of the blocks in which something turned, s.
    end_s : float
        Where the last block ends, s.
    """

    both: FloatArray
    turned: FloatArray
    seen: float
    far: FloatArray
    acc_rms: float
    gyr_rms: float
    most_acc: float
    most_gyr: float
    moving_s: float
    end_s: float

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
        gravity = self.turned[:, :, 3, 3]
        each = maps.reshape(-1, 9)
        turned = self.turned[:, :, :3, :3].transpose(0, 2, 1, 3).reshape(9, 9)
        left = self.seen - 2.0 * each @ self.both[:, :3].reshape(9) + ((each @ turned) * each).sum(axis=1)
        pull = self.both[:, 3] - each @ self.turned[:, :, :3, 3].transpose(1, 2, 0).reshape(9, 3)
        bias = np.linalg.solve(gravity + 1e-4 * np.trace(gravity) * np.eye(3), pull.T).T
        left = left - 2.0 * (bias * pull).sum(axis=1) + ((bias @ gravity) * bias).sum(axis=1)
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
        freed = far - across @ np.linalg.solve(gravity, across.T)
        drawn = towards - across @ np.linalg.solve(gravity, pull)
        place = np.linalg.solve(freed + (1e-6 * np.trace(far) + 1e-12) * np.eye(3), drawn)
        place = place * min(1.0, reach_m / max(float(np.sqrt(place @ place)), 1e-9))
        left = left - pull @ np.linalg.solve(gravity, pull) - 2.0 * place @ drawn + place @ freed @ place
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
        self._both = np.zeros((3, 4))
        self._turned = np.zeros((3, 3, 4, 4))
        self._seen = 0.0
        self._far = np.zeros((3, 7))
        self._lengths = np.zeros(3)
        self._most = np.zeros(2)
        self._n_moving = 0
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
        sums = []
        for block in _weighed(blocks):
            self._end_s = (self._end_s or 0.0) + BLOCK / GRID_HZ
            self._add(*block)
            sums.append(self.sums)
        return sums

    def _add(
        self,
        weight: float,
        both: FloatArray,
        turned: FloatArray,
        seen: float,
        far: FloatArray,
        lengths: FloatArray,
    ) -> None:
        heavy, by_acc, by_gyr = lengths.tolist()
        self._both = self._both + weight * both
        self._turned = self._turned + weight * turned
        self._seen += weight * seen
        self._far = self._far + weight * far
        if max(by_gyr, by_acc) > MOVING_RAD_S**2:
            self._n_moving += 1
            self._most = np.maximum(self._most, lengths[1:])
            self._lengths = self._lengths + weight * heavy * np.array([by_acc, by_gyr, 1.0])

    @property
    def sums(self) -> TurningSums:
        """The sums so far."""
        by_acc, by_gyr, weight = self._lengths.tolist()
        return TurningSums(
            both=self._both,
            turned=self._turned,
            seen=self._seen,
            far=self._far,
            acc_rms=float(np.sqrt(by_acc / weight)) if weight else 0.0,
            gyr_rms=float(np.sqrt(by_gyr / weight)) if weight else 0.0,
            most_acc=float(np.sqrt(self._most[0])),
            most_gyr=float(np.sqrt(self._most[1])),
            moving_s=self._n_moving * BLOCK / GRID_HZ,
            end_s=self._end_s or 0.0,
        )


def _weighed(x: FloatArray) -> Iterator[tuple[float, FloatArray, FloatArray, float, FloatArray, FloatArray]]:
    """Of each of m blocks, shape (m, 6, BLOCK + 1), its weight and what is to be weighed.

    What it gives of a block does not depend on the others, to the bit: rows are summed one by one.
    """
    slopes = np.diff(x) * GRID_HZ
    middle = 0.5 * (x[:, :, 1:] + x[:, :, :-1])
    change, acc, rate = slopes[:, :3], middle[:, :3], np.ones((len(x), 4, BLOCK))
    rate[:, :3] = middle[:, 3:]
    squared = (acc * acc).sum(axis=1)
    seen, heavy = _squares(change), squared.sum(axis=1)
    spun = _squares(middle[:, 3:] - middle[:, 3:].mean(axis=2, keepdims=True))
    across = (
        squared[:, np.newaxis, np.newaxis] * np.eye(3)[:, :, np.newaxis]
        - acc[:, :, np.newaxis] * acc[:, np.newaxis]
    )
    pairs = rate[:, :, np.newaxis] * rate[:, np.newaxis]
    turned = across.reshape(-1, 9, BLOCK) @ pairs.reshape(-1, 16, BLOCK).swapaxes(1, 2)
    cross = change[:, [1, 2, 0]] * acc[:, [2, 0, 1]] - change[:, [2, 0, 1]] * acc[:, [1, 2, 0]]
    both = cross @ rate.swapaxes(1, 2)
    # The square of 2 pi times how often the movement goes to and fro a second, as both sensors see it.
    twice = np.diff(slopes) * GRID_HZ
    mean = heavy / BLOCK
    pace = (_squares(twice[:, :3]) + mean * _squares(slopes[:, 3:])) / np.maximum(seen + mean * spun, 1e-9)
    along = ((change * acc).sum(axis=1) ** 2 / np.maximum(squared, 1e-6)).sum(axis=1)
    lever = LEVER_M**2 * _squares(twice[:, 3:])
    shifted = SHIFT_M**2 * pace**3 * BLOCK
    weights = 1.0 / ((along + lever + shifted) / GRID_HZ + LEAST_DISTURBANCE) / GRID_HZ
    lengths = np.stack([heavy, seen / np.maximum(heavy, 1e-6), spun / BLOCK], axis=1)
    far = _far_from_the_joint(x[:, 3:], slopes[:, 3:], change, acc, middle[:, 3:])
    return zip(weights.tolist(), both, turned.reshape(-1, 3, 3, 4, 4), seen.tolist(), far, lengths, strict=True)


def _far_from_the_joint(
    nodes: FloatArray, slopes: FloatArray, change: FloatArray, acc: FloatArray, rate: FloatArray
) -> FloatArray:
    """Of each block, what `TurningSums.far` sums up.

    A sensor at r from the joint has the linear acceleration L r, L = [d(gyr)/dt] + [gyr]², in its own axes; of
    d(acc)/dt that is d(L)/dt r, besides - L r x gyr, which acc x gyr has too much.
    """
    spinning = np.concatenate(
        [slopes[:, :, :1], 0.5 * (slopes[:, :, 1:] + slopes[:, :, :-1]), slopes[:, :, -1:]], axis=2
    )
    linear = _crossing(spinning) + nodes[:, :, np.newaxis] * nodes[:, np.newaxis]
    squared = (nodes * nodes).sum(axis=1)
    linear[:, range(3), range(3)] -= squared[:, np.newaxis]
    between = 0.5 * (linear[..., 1:] + linear[..., :-1])
    turning = _crossing(rate)
    far = np.diff(linear) * GRID_HZ + np.einsum("bijn,bjkn->bikn", turning, between)
    crossing = _crossing(acc)
    left = change - np.einsum("bijn,bjn->bin", crossing, rate)
    others = np.concatenate([far, crossing, left[:, :, np.newaxis]], axis=2)
    return np.asarray(
        far.swapaxes(1, 2).reshape(len(nodes), 3, -1)
        @ others.swapaxes(1, 2).reshape(len(nodes), 7, -1).swapaxes(1, 2)
    )


def _crossing(x: FloatArray) -> FloatArray:
    """Matrices of the cross product with each vector, shape (m, 3, n) to (m, 3, 3, n)."""
    matrices = np.zeros((len(x), 3, 3, x.shape[2]))
    for row, column, axis in ((1, 0, 2), (2, 1, 0), (0, 2, 1)):
        matrices[:, row, column], matrices[:, column, row] = x[:, axis], -x[:, axis]
    return matrices


def _squares(x: FloatArray) -> FloatArray:
    """Sum of the squares of each block, of shape (m, k, n)."""
    return np.asarray((x * x).reshape(len(x), -1).sum(axis=1))
