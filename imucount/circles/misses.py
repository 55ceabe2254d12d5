"""What went round several times and was not counted: kept, to say so and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imucount.circles.scores import Traits, odd_costs

__all__ = ["Miss", "misses_warning"]

SMALL_DEG = 8.0
"""What shows larger at the clip is not small, whatever else it is."""

MOST_TOLD = 5
"""So many times are told."""


@dataclass(frozen=True, slots=True)
class Miss:
    """A chain of loops that are alike and round, and were not counted.

    Attributes
    ----------
    start_s, end_s : float
        s.
    traits : Traits
        What made them too unlike circles.
    has_gyroscope : bool
    """

    start_s: float
    end_s: float
    traits: Traits
    has_gyroscope: bool

    def overlaps(self, start_s: float, end_s: float) -> bool:
        """Whether it shares any time with a stretch."""
        return self.start_s < end_s and start_s < self.end_s

    @property
    def is_small(self) -> bool:
        """Whether their size spoke against them more than their shape."""
        costs = odd_costs(self.traits, self.has_gyroscope)
        is_small = self.traits.mean_elevation_deg < SMALL_DEG
        return is_small and costs["set_elevation_deg"] >= costs.get("set_shape", 0.0)


def misses_warning(misses: Sequence[Miss]) -> str | None:
    """Say in a sentence what was not counted, and what to do about it; None of none.

    Examples
    --------
    >>> traits = Traits(8, 8 * 1.1, 8 * 1.1, 8 * -0.4, (1.0, 0.2, 0.1), (1.0, 0.2, 0.1), (0.0, 1.0))
    >>> print(misses_warning([Miss(12.0, 36.0, traits, True)]).split(":")[0])
    At 12 s something went round 8 times and was not counted, too small to tell from sway (3 deg at the clip)
    """
    if not misses:
        return None
    times = ", ".join(f"{miss.start_s:.0f}" for miss in misses[:MOST_TOLD])
    if len(misses) > MOST_TOLD:
        times += " and later"
    rounds = " + ".join(str(miss.traits.n) for miss in misses[:MOST_TOLD])
    times_round = "once" if rounds == "1" else f"{rounds} times"
    smallest_deg = min(miss.traits.mean_elevation_deg for miss in misses)
    if all(miss.is_small for miss in misses):
        why = f"too small to tell from sway ({smallest_deg:.0f} deg at the clip)"
    else:
        why = "too unlike a shoulder's circle at the clip"
    return (
        f"At {times} s something went round {times_round} and was not counted, {why}: if these were circles, "
        "wear the clip closer to the outer end of the shoulder and tighter, or make them larger."
    )
