"""confidence: how surely a cycle is a rep."""

from __future__ import annotations

from math import exp, log

from imucount.cyclic.following import MovementSet

__all__ = ["confidence"]


def confidence(each: MovementSet, index: int, in_a_row: int) -> float:
    """How surely a cycle of a set is a rep: by its likeness to the others, theirs, and how many there are.

    Likeness of the set is what sorts, as a logistic regression on some of the people of public recordings of 70
    movements has it (weight 1.8, with reps of sets that were rejected). Where there is a rep too many it is at an
    edge more often than not, so an edge takes some away.

    Parameters
    ----------
    each : MovementSet
    index : int
        Of the cycle.
    in_a_row : int
        Cycles of the set, those that were decided on before included.
    """
    own, usual = 1.02 - min(each.cycles[index].alike, 1.0), 1.02 - min(each.alike, 1.0)
    odds = -0.9 - 0.3 * log(own) - 1.5 * log(usual) + 0.3 * min(log(in_a_row / 10.0), 0.0)
    if index in (0, len(each.cycles) - 1):
        odds -= 0.4
    return 1.0 / (1.0 + exp(-odds))
