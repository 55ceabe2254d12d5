"""kind_of: steps, or an exercise."""

from __future__ import annotations

import numpy as np

from imucount.cyclic.following import MovementSet
from imucount.cyclic.similarity import RATE_HZ, RATE_WEIGHT
from imucount.reps import Kind

__all__ = ["kind_of"]

WALK_S, WALK_JOLT, WALK_TURNING = (0.9, 1.5), (0.9, 3.3), 2.2
RUN_S, RUN_JOLT, RUN_TURNING = (0.55, 0.9), (5.0, 12.0), 5.0
STEP_S, STEP_JOLT, STEP_TURNING = (0.42, 0.7), (0.9, 3.3), 0.7
"""Length, s; standard deviation of the size of the force, m/s²; and most turning, rad/s, of a stride in a walk,
of one in a run, and of a single step. Of strides in real walks, with the sensor on a wrist, an arm or in a
pocket, they were 1.0 to 2.8 and up to 1.9; in runs 8 to 10 and up to 4.1. A ball that is bounced once a second
makes 4 to 5; an arm that is waved turns by 7. To a sensor on the trunk, which hardly turns, one step is like
the next."""

TWICE, LEAST_TWICE = 2.5, 0.35
"""In a stride the size of the force goes up and down twice, once a step: there is so many times as much of it
at twice the stride's rate as at its own, and this share of all. Where an arm is swung more than the body rises
it does not show, and a walk is taken for an exercise."""

LEAST_ONCE, ALONG, ALONG_IN_STRIDES = 0.8, 0.7, 0.5
"""In a single step it goes up and down once, and nearly all the acceleration is along the force: the body rises.
In a stride that is half of it, beside that of a swinging arm: 0.56 to 0.72 in walks, 0.3 where somebody irons."""

FEWEST_STRIDES = 4


def kind_of(each: MovementSet) -> Kind:
    """Tell a walk from an exercise, by how the size of the force changes within a cycle.

    Parameters
    ----------
    each : MovementSet

    Returns
    -------
    {"steps", "exercise"}
    """
    movement = each.movement
    if len(each.cycles) < FEWEST_STRIDES:
        return "exercise"
    length_s = movement.length / RATE_HZ
    force = np.sqrt(np.square(movement.template[:3]).sum(axis=0))
    jolt = float(force.std())
    moved = float(np.sqrt(movement.template[:3].var(axis=1).sum()))
    turning = float(np.sqrt(movement.template[3:].var(axis=1).sum())) / RATE_WEIGHT
    power = np.abs(np.fft.rfft(force - force.mean())) ** 2
    once, twice, whole = float(power[1]), float(power[2]), float(power.sum())

    def is_as(length: tuple[float, float], jolts: tuple[float, float], most_turning: float) -> bool:
        return length[0] <= length_s < length[1] and jolts[0] <= jolt <= jolts[1] and turning <= most_turning

    is_stride = twice >= max(TWICE * once, LEAST_TWICE * whole) and jolt >= ALONG_IN_STRIDES * moved
    if is_stride and (is_as(WALK_S, WALK_JOLT, WALK_TURNING) or is_as(RUN_S, RUN_JOLT, RUN_TURNING)):
        return "steps"
    is_step = once >= LEAST_ONCE * whole and jolt >= ALONG * moved
    return "steps" if is_step and is_as(STEP_S, STEP_JOLT, STEP_TURNING) else "exercise"
