"""Flaws: what a loop by itself lacks to be a circle, and a set in size."""

from __future__ import annotations

from math import exp

from imucount.circles.loops import Loop
from imucount.circles.scores import Traits
from imucount.signals import Verdict

__all__ = ["LEAST_ELEVATION_DEG", "LEAST_YAW_DEG", "Flaw", "flaw_of", "least_elevation_deg"]

Flaw = tuple[Verdict, dict[str, float]]
"""Why a loop counts no circle, and the numbers of it."""

LEAST_ELEVATION_DEG, LEAST_YAW_DEG = 2.5, 0.7
"""Half of what a clip sees of 10 deg of elevation and 6 deg of protraction, when it follows least."""

LEAST_MEAN_ELEVATION_DEG = 3.5
"""Of a set: 10 deg of the clavicle as a clip shows them that follows by 0.35. One in two thousand simulated sets
is smaller, and swinging arms that turn the trunk along draw loops of 3 deg, alike and by the dozen."""

SWING_S, LEAST_OF_QUICK_DEG = 2.0, 5.0
"""The same of circles that are as quick as an arm swings: loosely, as a pendulum, once in 1.3 to 1.6 s, and with
the steps of a walk once in 1 to 1.2 s. Such swings drew loops of up to 4.2 deg."""

LEAST_ROUNDNESS = 0.2
"""Four separate moves seen by a clip that follows obliquely; a shrug has less."""


def flaw_of(loop: Loop, has_gyroscope: bool) -> Flaw | None:
    """Tell for what a loop is none that could be a circle, and what it would need; None for one that could."""
    if loop.elevation_deg < LEAST_ELEVATION_DEG:
        return "small", {"elevation_needed_deg": LEAST_ELEVATION_DEG}
    if has_gyroscope and loop.yaw_deg < LEAST_YAW_DEG:
        return "narrow", {"protraction_needed_deg": LEAST_YAW_DEG}
    if has_gyroscope and loop.roundness < LEAST_ROUNDNESS:
        return "flat", {"roundness_needed": LEAST_ROUNDNESS}
    return None


def least_elevation_deg(traits: Traits) -> float:
    """Give the least mean elevation of a set's circles."""
    is_quick = exp(traits.log_duration / traits.n) < SWING_S
    return LEAST_OF_QUICK_DEG if is_quick else LEAST_MEAN_ELEVATION_DEG
