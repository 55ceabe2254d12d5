"""Chain: what a counter asks of an exercise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from imucount.reps import Rep
from imucount.samples import FloatArray
from imucount.signals import Signals

__all__ = ["Chain"]


class Chain(Protocol):
    """From the samples of one sensor to the reps of one exercise.

    The counter at the door checks the samples and cuts them at long gaps; a chain is given stretches without any.
    """

    def begin(self, first_s: float) -> None:
        """Begin a stretch of samples whose first one is at `first_s`."""

    def update(self, t: FloatArray, x: FloatArray) -> list[Rep]:
        """Take the next samples of the stretch, return the reps that became certain.

        Parameters
        ----------
        t : (n,) array, s
        x : (6, n) array
            Specific force, m/s², and angular rate, rad/s; the latter is 0 without a gyroscope.
        """

    def end(self) -> list[Rep]:
        """End the stretch, return the reps that this makes certain."""

    def finish(self) -> list[Rep]:
        """Decide on everything that was held back: no stretch will follow."""

    @property
    def joined(self) -> frozenset[float]:
        """Starts of the reps that follow the one before without a rest, though a while later, s."""

    @property
    def pending(self) -> int:
        """Reps seen but held back until they are certain."""

    @property
    def provisional(self) -> int:
        """Reps that have been seen to their end, or nearly; some may be taken back."""

    @property
    def phase(self) -> float | None:
        """Position in the present rep, 0 to 1; None where there is none, or none is known."""

    def signals(self, reps: Sequence[Rep]) -> Signals | None:
        """Give what was seen, where it was kept; these are all reps of the session."""

    def warnings(self, reps: Sequence[Rep]) -> list[str]:
        """Say what a reader of these reps, all of the session, should know, a sentence each."""
