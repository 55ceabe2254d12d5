"""Spikes: values that a sensor could have and no shoulder makes, as they stand alone between those that agree."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imucount.intake.values import LARGEST_M_S2, LARGEST_RAD_S
from imucount.samples import FloatArray, Samples

__all__ = ["Spikes"]

APART = np.array([15.0] * 3 + [4.0] * 3)
"""m/s² and rad/s: by how much a value differs from one before and from one after. A knock on the clip may come
near it; circles have a hundredth of it from sample to sample."""

LARGEST = np.array([LARGEST_M_S2] * 3 + [LARGEST_RAD_S] * 3)
"""What is more no sensor has, which is told otherwise."""

AGREE = 1.0 / 3.0
"""The two may differ from each other by this share of it at most."""

NEAR_S = 0.25
"""They are no further apart than this, s."""

AROUND = ((1, 1), (1, 2), (2, 1))
"""How many samples before and after those two are: where one value in a hundred is wrong, two follow each other
now and then."""


class Spikes:
    """Leaves out one or two samples in a row with a value that stands alone; nothing else waits.

    What it makes of a stream does not depend on how that is cut. Samples that jump are held back until the next
    ones, two at most, tell whether the jump stays.

    Examples
    --------
    >>> acc = np.full((8, 3), [0.0, 0.0, 9.81])
    >>> acc[3, 0] = 50.0
    >>> spikes = Spikes()
    >>> spikes.update(Samples(np.arange(8) / 50.0, acc)).t
    array([0.  , 0.02, 0.04, 0.08, 0.1 , 0.12, 0.14])
    """

    def __init__(self) -> None:
        self._before: Samples | None = None  # the last two that are decided
        self._held: Samples | None = None
        self._n = 0
        self._first_s = 0.0

    def update(self, samples: Samples) -> Samples:
        """Take the next samples, return those that are known to be none."""
        if not len(samples):
            return samples
        edge = samples[:2] if self._before is None else Samples.concatenate([self._before, samples[:2]])
        if self._held is None and not _jumps(edge) and not _jumps(samples):  # as all that is sound
            self._before = edge[-2:] if len(samples) < 2 else samples[-2:]
            return samples
        known = [part for part in (self._before, self._held) if part is not None]
        return self._judge(
            Samples.concatenate([*known, samples]), 0 if self._before is None else len(self._before)
        )

    def finish(self) -> Samples | None:
        """Give what is held back, if anything is."""
        held, self._held = self._held, None
        return held

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was left out, in a sentence; nothing where nothing was."""
        if not self._n:
            return ()
        what = "A sample was" if self._n == 1 else f"{self._n} samples were"
        return (
            f"{what} left out and bridged, as at {self._first_s:.6g} s: a value stands alone between those that "
            "agree, as no shoulder makes it.",
        )

    def _judge(self, samples: Samples, n_known: int) -> Samples:
        x = samples.acc if samples.gyr is None else np.concatenate([samples.acc, samples.gyr], axis=1)
        largest = 2.0 * LARGEST[: x.shape[1]]
        x = np.clip(x, -largest, largest)
        is_alone = _stands_alone(samples.t, x)
        far = APART[: x.shape[1]]
        n = len(samples)
        if n > n_known + 1 and n > 2 and not is_alone[-2] and (np.abs(x[-2] - x[-3]) > far).any():
            n -= 2
        elif n > 1 and (np.abs(x[-1] - x[max(n - 3, 0) : n - 1]) > far).any():
            n -= 1
        kept = ~is_alone
        kept[:n_known] = kept[n:] = False
        left_out = np.flatnonzero(is_alone[n_known:n])
        if len(left_out):
            if not self._n:
                self._first_s = float(samples.t[n_known + left_out[0]])
            self._n += len(left_out)
        self._held = samples[n:] if n < len(samples) else None
        self._before = samples[max(n - 2, 0) : n]
        gyr = None if samples.gyr is None else samples.gyr[kept]
        return Samples.owning(samples.t[kept], samples.acc[kept], gyr)


def _stands_alone(t: FloatArray, x: FloatArray) -> NDArray[np.bool_]:
    """Whether each sample has a value far from one before and one after, which agree."""
    far = APART[: x.shape[1]]
    is_alone = np.zeros(len(t), dtype=bool)
    for back, on in AROUND:
        end = len(t) - on
        if end <= back:
            continue
        before, middle, after = x[: end - back], x[back:end], x[back + on :]
        up, down = middle - before, middle - after
        is_spike = (np.abs(up) > far) & (np.abs(down) > far) & (np.abs(after - before) < AGREE * far)
        is_spike &= np.abs(middle) <= LARGEST[: x.shape[1]]
        is_near = t[back + on :] - t[: end - back] < NEAR_S
        is_alone[back:end] |= (is_spike & (np.sign(up) == np.sign(down))).any(axis=1) & is_near
    return is_alone


def _jumps(samples: Samples) -> bool:
    """Whether any value may differ from one of the two before by as much as a spike."""
    with np.errstate(over="ignore"):
        return any(
            values is not None and len(values) > 1 and _widest_step(values) > far / 2.0
            for values, far in ((samples.acc, APART[0]), (samples.gyr, APART[-1]))
        )


def _widest_step(values: FloatArray) -> float:
    steps = values[1:] - values[:-1]
    return max(float(steps.max()), -float(steps.min()))
