"""Tally: what one chain makes of a stream, its gaps among it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from imucount.chain import Chain
from imucount.reps import POSITIONS, Rep
from imucount.samples import FloatArray, Samples
from imucount.sets import LONGEST_BRIDGE_S, SHORTEST_GAP_S, Gap, RepSet, group_reps

__all__ = ["Tally", "without_direction"]

PIECE = 1 << 16
"""Samples taken at a time: so many that what each call costs is nothing beside them, in a few MB of memory."""


class Tally:
    """What one chain makes of a stream.

    Parameters
    ----------
    chain : Chain
    has_gyroscope : bool
        Whether the chain is given angular rate.
    added_m_s2 : (3,) array, optional
        What is added to the acceleration before the chain is given it, m/s².

    Attributes
    ----------
    first_s, last_s : float
        Times of the first and last sample, s.
    n_samples : int
    reps : list of Rep
        Those that are certain.
    gaps : list of Gap
    """

    def __init__(self, chain: Chain, has_gyroscope: bool, added_m_s2: FloatArray | None = None) -> None:
        self.chain = chain
        self.has_gyroscope = has_gyroscope
        self.added_m_s2 = added_m_s2
        self.first_s = 0.0
        self.last_s = 0.0
        self.n_samples = 0
        self.reps: list[Rep] = []
        self.gaps: list[Gap] = []

    def take(self, samples: Samples) -> None:
        """Count the next samples, of which there is at least one."""
        if not self.n_samples:
            self.first_s = self.last_s = float(samples.t[0])
            self.chain.begin(self.first_s)
        acc = samples.acc if self.added_m_s2 is None else samples.acc + self.added_m_s2
        cuts = self._cuts(samples.t)
        self.n_samples += len(samples)
        self.last_s = float(samples.t[-1])
        start = 0
        for cut in [*cuts, len(samples)]:
            for begin in range(start, cut, PIECE):
                end = min(begin + PIECE, cut)
                gyr = samples.gyr[begin:end] if self.has_gyroscope and samples.gyr is not None else None
                self.reps += self.chain.update(samples.t[begin:end], _channels(acc[begin:end], gyr))
            if cut < len(samples):
                self.reps += self.chain.end()
                self.chain.begin(float(samples.t[cut]))
            start = cut

    def _cuts(self, t: FloatArray) -> list[int]:
        """Note the gaps before the next samples, and give those samples before which one is too long to bridge."""
        if float(t[-1]) - self.last_s <= SHORTEST_GAP_S:  # as of most packets
            return []
        before_s = np.concatenate([[self.last_s], t[:-1]])
        steps_s = t - before_s
        for index in np.flatnonzero(steps_s > SHORTEST_GAP_S):
            self.gaps.append(Gap(float(before_s[index]), float(t[index])))
        cuts: list[int] = np.flatnonzero(steps_s > LONGEST_BRIDGE_S).tolist()
        return cuts

    def finish(self) -> None:
        """Decide on everything that was held back."""
        if self.n_samples:
            self.reps += [*self.chain.end(), *self.chain.finish()]

    def forget_directions(self) -> None:
        """Have no direction of a rep be known."""
        self.reps = [without_direction(rep) for rep in self.reps]

    @property
    def sets(self) -> tuple[RepSet, ...]:
        """Its reps, grouped."""
        return group_reps(self.reps, self.chain.joined)

    @property
    def cuts(self) -> list[Gap]:
        """Gaps that are too long to bridge."""
        return [gap for gap in self.gaps if not gap.is_bridged]

    @property
    def bridged_s(self) -> float:
        """Length of the stream as far as it was counted on, s."""
        return self._length_without(self.cuts)

    @property
    def sampling_rate_hz(self) -> float | None:
        """Effective rate outside of gaps, Hz; None for fewer than two samples."""
        intervals = self.n_samples - 1 - len(self.gaps)
        return intervals / self._length_without(self.gaps) if intervals > 0 else None

    def _length_without(self, gaps: list[Gap]) -> float:
        return self.last_s - self.first_s - sum(gap.duration_s for gap in gaps)


def without_direction(rep: Rep) -> Rep:
    """Return the rep as it is where its direction is not known."""
    if not rep.phases or rep.direction == "unknown":
        return rep
    phases = tuple(
        replace(phase, position=position) for phase, position in zip(rep.phases, POSITIONS["unknown"], strict=True)
    )
    return replace(rep, direction="unknown", phases=phases)


def _channels(acc: FloatArray, gyr: FloatArray | None) -> FloatArray:
    """Put six channels together, shape (6, n); those of a gyroscope that is not there are 0."""
    x = np.zeros((6, len(acc)))
    x[:3] = acc.T
    if gyr is not None:
        x[3:] = gyr.T
    return x
