"""Words: what a coach says."""

from __future__ import annotations

from imucount.programme.assessment import Outcome
from imucount.programme.plan import PlannedDirection, PlannedSet
from imucount.reps import Rep

__all__ = ["HOW", "SEPARATELY", "SET_UP", "describe", "set_over", "the_other_way"]

SET_UP = (
    "Stand with your feet pointing straight ahead and hip-width apart: a fist and a half fits between the heels, "
    "a fist between the big toes.",
    "Let your arms hang loose. The shoulder draws the circle; the arms only come along.",
    "The clip feels neither feet nor arms: look at them once yourself.",
)
"""What to see to before the first circle."""

HOW: dict[PlannedDirection, str] = {
    "forward": "back, up, forward, down",
    "backward": "up, back, down, relax",
    "any": "one round after the other, all the same way",
}
"""How a circle goes."""

SEPARATELY = "Make each a move of its own, with a short stop, until it is easy; then let them flow together."


def describe(planned: PlannedSet) -> str:
    """Tell what a set asks for.

    Examples
    --------
    >>> describe(PlannedSet(10, "forward", period_s=4))
    '10 forward, 4 s each'
    >>> describe(PlannedSet(1))
    '1 circle'
    """
    what = planned.direction if planned.direction != "any" else "circle" if planned.reps == 1 else "circles"
    pace = "" if planned.period_s is None else f", {planned.period_s:g} s each"
    return f"{planned.reps} {what}{pace}"


def set_over(number: int, outcome: Outcome) -> str:
    """Tell that a set is over, and what is missing of it.

    Examples
    --------
    >>> set_over(2, Outcome(PlannedSet(10, "forward"), (), corrected=8))
    'Set 2 ends with 8 of 10.'
    """
    if outcome.planned is None:
        return f"An extra set of {outcome.count}."
    if outcome.count >= outcome.planned.reps:
        return f"Set {number} is done."
    return f"Set {number} ends with {outcome.count} of {outcome.planned.reps}."


def the_other_way(planned: PlannedSet, rep: Rep) -> str:
    """Tell that a circle went the wrong way, and how the right one goes.

    Examples
    --------
    >>> the_other_way(PlannedSet(10, "backward"), Rep(0.0, 3.0, "forward", (), 20.0, 12.0, 1.0))
    'That one went forward. Now it is backward: up, back, down, relax.'
    """
    return f"That one went {rep.direction}. Now it is {planned.direction}: {HOW[planned.direction]}."
