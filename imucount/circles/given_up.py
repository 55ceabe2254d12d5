"""Given up: loops of a set that are no whole circles, as they came back half-way."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from imucount.circles.loops import Loop

__all__ = ["ENOUGH_TO_COMPARE", "given_up", "least_roundness"]

GIVEN_UP_SHARE, MOST_GIVEN_UP, ENOUGH_TO_COMPARE = 0.5, 0.45, 4
"""A circle that is given up half-way goes back as it came, or straight, and has less than this share of the
roundness of those beside it, of four loops at least. One in two hundred circles of simulated beginners has as
little."""

NARROW, LEAST_FAR_SIDE, LEAST_WIDTH_DEG = 0.4, 0.05, 2.4
"""A circle that is given up before it has come round never gets to the far side, where circles come down: it is
back before, the way it came or straight. Half of those given up in simulated sets are less than 0.4 as wide as the
others of their chain and pass there by less than 0.05, and 1 in 900 whole ones. Where all pass within three
times the sway of posture, it cannot be told."""


def given_up(loops: Sequence[Loop]) -> list[Loop]:
    """Find the loops that come down on this side of where the others of their sense in a chain do."""
    return [loop for sense in (-1, 1) for loop in _this_side([each for each in loops if each.sense == sense])]


def least_roundness(loops: Sequence[Loop], share: float = GIVEN_UP_SHARE, most: float = MOST_GIVEN_UP) -> float:
    """Give the roundness below which a loop is no circle of this chain; 0 where there are too few to tell."""
    if len(loops) < ENOUGH_TO_COMPARE:
        return 0.0
    return min(share * median(each.roundness for each in loops), most)


def _this_side(loops: list[Loop]) -> list[Loop]:
    """Find the loops, of one sense, that never get to the far side."""
    if len(loops) < 2:
        return []
    wider = sorted(loops, key=_width_deg, reverse=True)[: (len(loops) + 1) // 2]  # what was given up is narrow
    width_deg = median(_width_deg(each) for each in wider)
    if width_deg < LEAST_WIDTH_DEG:
        return []
    tied = median((each.rise_yaw_deg + each.fall_yaw_deg) / (2.0 * each.elevation_deg) for each in wider)
    return [
        each
        for each in loops
        if _width_deg(each) < NARROW * width_deg
        and each.sense * (tied * each.elevation_deg - each.fall_yaw_deg) < LEAST_FAR_SIDE * width_deg
    ]


def _width_deg(loop: Loop) -> float:
    """Half of the yaw between the ways up and down."""
    return 0.5 * abs(loop.rise_yaw_deg - loop.fall_yaw_deg)
