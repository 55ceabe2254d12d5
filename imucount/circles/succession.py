"""Succession: which loops can come one after the other in a set."""

from __future__ import annotations

from imucount.circles.loops import Loop
from imucount.circles.scores import dot

__all__ = [
    "LONGEST_TO_SHORTEST",
    "MOST_OVERLAP",
    "SAME_MOUNT",
    "are_alike",
    "follows",
    "goes_on",
    "longest_stop_s",
    "resumes",
]

MOST_OVERLAP = 0.3
"""Two circles share no more than this of the shorter one; more is one circle seen twice."""

LONGEST_STOP = 2.2
"""A set may go on after a stop, a circle held or one drawn badly, within so many lengths of a circle."""

HELD, LONGEST_HOLD_S = 1.2, 4.0
"""Or within one circle, slow by two standard deviations, and a hold of so long on its way."""

SAME_MOUNT = 0.8
"""Cosine of 37 deg: axes of elevation that are one in one place of the clip."""

LONGEST_TO_SHORTEST, LARGEST_TO_SMALLEST, WIDEST_TO_NARROWEST = 1.8, 2.6, 3.0
"""Circles in a row differ by no more in length, elevation and yaw. Size: two standard deviations up over as many
down, of the published 22 %; length: the same of 11 %, and a first or last circle is longer still."""


def follows(before: Loop, after: Loop) -> bool:
    """Whether one loop begins about where another ends."""
    pause_s = after.start_s - before.end_s
    shorter_s = min(before.duration_s, after.duration_s)
    return -MOST_OVERLAP * shorter_s <= pause_s <= 0.5 * shorter_s + 0.4


def resumes(before: Loop, after: Loop) -> bool:
    """Whether one loop begins so soon after another that no more than a stop and a circle can lie between."""
    pause_s = after.start_s - before.end_s
    return 0.0 < pause_s <= longest_stop_s(max(before.duration_s, after.duration_s))


def longest_stop_s(duration_s: float) -> float:
    """Give how long after a circle of this length its set may go on, s."""
    return max(LONGEST_STOP * duration_s, HELD * duration_s + LONGEST_HOLD_S)


def goes_on(before: Loop, after: Loop) -> bool:
    """Whether one loop begins where another ends, or after a stop."""
    return follows(before, after) or resumes(before, after)


def are_alike(before: Loop, after: Loop) -> bool:
    """Whether two loops can be of one set at all."""
    return (
        _is_within(after.duration_s / before.duration_s, LONGEST_TO_SHORTEST)
        and _is_within(after.elevation_deg / before.elevation_deg, LARGEST_TO_SMALLEST)
        and after.yaw_deg <= WIDEST_TO_NARROWEST * before.yaw_deg
        and before.yaw_deg <= WIDEST_TO_NARROWEST * after.yaw_deg
        and dot(before.up_axis, after.up_axis) >= SAME_MOUNT
    )


def _is_within(ratio: float, most: float) -> bool:
    return ratio <= most and ratio * most >= 1.0
