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

import numpy as np

from imucount.filters import EvenGrid, Lowpass
from imucount.samples import FloatArray, Samples

__all__ = ["GRID_HZ", "Turning", "TurningSums"]

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
        left = self.seen - 2.0 * np.einsum("mia,ia->m", maps, self.both[:, :3])
        left = left + np.einsum("mia,mjc,ijac->m", maps, maps, self.turned[:, :, :3, :3], optimize=True)
        pull = self.both[:, 3] - np.einsum("ija,mja->mi", self.turned[:, :, :3, 3], maps)
        bias = np.linalg.solve(gravity + 1e-4 * np.trace(gravity) * np.eye(3), pull.T).T
        left = left - 2.0 * np.sum(bias * pull, axis=1) + np.einsum("mi,ij,mj->m", bias, gravity, bias)
        return np.asarray(left / max(self.seen, np.finfo(float).tiny))

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
        blocks = max(self._smooth.shape[1] - 1, 0) // BLOCK
        sums = []
        for block in range(blocks):
            self._end_s = (self._end_s or 0.0) + BLOCK / GRID_HZ
            self._weigh(np.ascontiguousarray(self._smooth[:, block * BLOCK : (block + 1) * BLOCK + 1]))
            sums.append(self.sums)
        self._smooth = self._smooth[:, blocks * BLOCK :]
        return sums

    @property
    def sums(self) -> TurningSums:
        """The sums so far."""
        by_acc, by_gyr, weight = self._lengths.tolist()
        return TurningSums(
            both=self._both,
            turned=self._turned,
            seen=self._seen,
            acc_rms=float(np.sqrt(by_acc / weight)) if weight else 0.0,
            gyr_rms=float(np.sqrt(by_gyr / weight)) if weight else 0.0,
            most_acc=float(np.sqrt(self._most[0])),
            most_gyr=float(np.sqrt(self._most[1])),
            moving_s=self._n_moving * BLOCK / GRID_HZ,
            end_s=self._end_s or 0.0,
        )

    def _weigh(self, x: FloatArray) -> None:
        change = np.diff(x[:3], axis=1) * GRID_HZ
        middle = 0.5 * (x[:, 1:] + x[:, :-1])
        acc, rate = middle[:3], np.concatenate([middle[3:], np.ones((1, middle.shape[1]))])
        squared = np.sum(acc * acc, axis=0)
        seen, heavy = float(np.sum(change * change)), float(np.sum(squared))
        spread = middle[3:] - middle[3:].mean(axis=1, keepdims=True)
        spun = float(np.sum(spread * spread))
        weight = 1.0 / (_disturbance(x, change, acc, seen, spun) + LEAST_DISTURBANCE) / GRID_HZ
        across = squared * np.eye(3)[:, :, np.newaxis] - acc[:, np.newaxis] * acc
        self._both = self._both + weight * np.cross(change, acc, axis=0) @ rate.T
        pairs = (rate[:, np.newaxis] * rate).reshape(16, -1)
        self._turned = self._turned + weight * (across.reshape(9, -1) @ pairs.T).reshape(3, 3, 4, 4)
        self._seen += weight * seen

        by_gyr, by_acc = spun / middle.shape[1], seen / max(heavy, 1e-6)
        if max(by_gyr, by_acc) > MOVING_RAD_S**2:
            self._n_moving += 1
            self._most = np.maximum(self._most, [by_acc, by_gyr])
            self._lengths = self._lengths + weight * heavy * np.array([by_acc, by_gyr, 1.0])


def _disturbance(x: FloatArray, change: FloatArray, acc: FloatArray, seen: float, spun: float) -> float:
    """How much of d(acc)/dt linear acceleration may be over a block, m²/s⁵."""
    squared = np.sum(acc * acc, axis=0)
    along = np.sum(change * acc, axis=0)
    g2 = float(np.mean(squared))
    steps = np.diff(x[3:], axis=1) * GRID_HZ
    twice = np.diff(change, axis=1) * GRID_HZ
    lever: FloatArray = np.diff(steps, axis=1) * (GRID_HZ * LEVER_M)
    # The square of 2 pi times how often the movement goes to and fro a second, as both sensors see it.
    pace = (float(np.sum(twice * twice)) + g2 * float(np.sum(steps * steps))) / max(seen + g2 * spun, 1e-9)
    shifted = (SHIFT_M * pace) ** 2 * pace * change.shape[1]
    along = along * along / np.maximum(squared, 1e-6)
    return float(np.sum(along) + np.sum(lever * lever) + shifted) / GRID_HZ
