"""How much loops look like shoulder circles: each by its drawing, several by what they share, and which way is up.

What a loop's drawing says (does it close, is it round) is news with every loop. How small the clip shows
circles, how wide, and along which lever they move it, follows from the wearer and the clip: it is the same in
each circle of a set, and said once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, hypot, log, pi, pow, radians, sqrt

import numpy as np

from imucount.circles.loops import ACC_BIAS_M_S2, MISALIGNMENT_M_S2, Loop

__all__ = [
    "Traits",
    "chance_of_circle",
    "costs_in_chance",
    "dot",
    "drawing_costs",
    "drawing_score",
    "loop_score",
    "neighbour_score",
    "odd_costs",
    "oddness",
    "rest_evidence",
    "turns_back",
    "unlikeness",
    "upward_evidence",
]

BEST_DRAWING, BEST_SWING = 12.6, 6.5
"""Of a loop that is drawn as well as can be; without a gyroscope a swing says less."""

SWAY_DEG = 0.8
"""By so much posture sways within a circle, which is a large share of a small one."""

SWAY_M_S2 = 0.04
"""The acceleration of sway: half a degree about the ankles, at a slow circle's tempo."""

LEVER_M, LEVER_SPREAD_M = 0.21, 0.07
"""Acromion to sternoclavicular joint, 15-19 cm, over the share that the clip turns along, 0.5-0.8."""

SHORT_LEVER_SPREAD_M, LONG_LEVER_SPREAD_M = 0.07, 0.15
"""A clip turns no further than the bone, so that the lever is hardly shorter than the clavicle; it may well be
longer: a shirt turns along by as little as 0.3."""

LEVER_SCATTER_M = 0.04
"""Of the levers of the circles of a set; 0.02 on skin and 0.05 on a shirt, in the median of simulated sets."""

MOST_UNEXPLAINED_M_S2 = 0.9
"""Force, root mean square, that does not go with the tilt. A stride has two footfalls, so that the force goes up
and down twice while an arm or the trunk swings once: 2.1 m/s² and more in real walking. Circles of 1 s leave 1.0
at most."""

REST_SPREAD, MOST_REST_EVIDENCE = 0.35, 3.0
"""Of where the shoulder rests, as a share of the range, and what it may say at most: odds of 20 to 1."""

CHANCE_WEIGHTS = (1.49, 0.09, 0.66, -0.43, -0.83)
"""Log odds of a circle: a constant, and for each of the terms of `chance_of_circle`."""

LONGEST_PAUSE = 0.8
"""Of a circle: a longer pause speaks no more against a set, since a circle that was not seen may lie in it."""

MOST_FROM_ABOVE = 1.0
"""A clavicle turns the clip about one level axis and about up: its loop shows from the side. A head that is
rolled, or a trunk that sways round, tilts it about both level axes, so that the loop shows from above, three
times as large. An oblique clip, which pitches with half of the protraction, shows as much of it from above as
from the side."""

MOST_OFF_SHAPE = log(4.5)
"""Beyond a yaw of 0.16 or 3.2 times the elevation it is hardly a loop."""

SAID_ENOUGH = 3
"""What the loops of a chain share is held against so many of them: more loops that are as small or as flat say
nothing new of the wearer and the clip."""

LOG_SHAPE = log(0.7)
"""Of the yaw over the elevation."""

SWING_LEVER_M = 0.15
"""Without a gyroscope the level force reads as tilt, too, and the lever comes out shorter."""

LEAST_FORWARD_M = 0.2
"""A shorter lever of the yaw is none of a shoulder."""

FORWARD_LEVER_M, FORWARD_LEVER_SPREAD_M = 0.35, 0.25
"""Of the yaw, of which the clip follows 0.25-1."""

DURATION_SPREAD, ELEVATION_SPREAD, SHAPE_SPREAD = 0.2, 0.3, 0.3
"""Of the logarithms, within a set: the published 11 % of length and 22 % of size, and more after a stop."""

OFFSET_M_S2 = 0.6
"""Offset of the accelerometer along the tilt that a direction has to be told beside: 60 mg."""

LEVER_NOISE_M, FORWARD_LEVER_NOISE_M = 0.1, 0.3
"""Scatter of the levers from circle to circle, by sway and unevenness."""


def dot(a: tuple[float, float, float], b: tuple[float, float, float]) -> float:
    """Dot product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def loop_score(loop: Loop, has_gyroscope: bool) -> float:
    """How much a loop alone looks like a shoulder circle: log odds, about.

    The weights began as those of a logistic regression of circles against what walking, fidgeting, shrugs,
    bows and the like draw in simulated sessions, and were then adjusted by hand. But for the size, each term is
    0 for the ideal circle.
    """
    return drawing_score(loop, has_gyroscope) - oddness(Traits.of(loop), has_gyroscope)


def drawing_score(loop: Loop, has_gyroscope: bool) -> float:
    """Score the drawing of a loop, whatever the wearer and the clip are like.

    Without a gyroscope a swing is seen, and not its loop.
    """
    return _minus(BEST_DRAWING if has_gyroscope else BEST_SWING, drawing_costs(loop, has_gyroscope))


def drawing_costs(loop: Loop, has_gyroscope: bool) -> dict[str, float]:
    """Tell what each trait of a loop's drawing takes off its score."""
    lopsided = 6.0 * min(abs(loop.rise_share - 0.47), 0.4)
    long = 4.0 * (min(max(loop.duration_s / 8.0, 1.0), 2.0) - 1.0)
    unexplained = 2.0 * min(loop.unexplained_rms, 0.6)
    if not has_gyroscope:
        return {
            "closure": 8.5 * min(loop.closure, 1.5),
            "unexplained_rms": unexplained + 15.0 * max(loop.unexplained_rms - MOST_UNEXPLAINED_M_S2, 0.0),
            "rise_share": lopsided,
            "duration_s": long,
        }
    jolts = 15.0 * max(loop.unexplained_rms - 0.35 - 0.35 * loop.force_rms, 0.0)
    too_round = 1.5 * min(max(loop.roundness - 1.0, 0.0), 0.6)
    return {
        "closure": 8.5 * min(max(loop.closure - SWAY_DEG / loop.elevation_deg, 0.0), 1.5),
        "protraction_closure": 1.8 * min(loop.yaw_closure, 1.5),
        "roundness": 8.0 * max(1.0 - loop.roundness, 0.0) + too_round,
        "unexplained_rms": unexplained + jolts,
        "fullest_quarter": 6.0 * min(loop.fullest_quarter - 0.25, 0.4),
        "rise_share": lopsided,
        "duration_s": long + 20.0 * max(1.0 / loop.duration_s - 1.0, 0.0),
    }


def _minus(score: float, costs: Mapping[str, float]) -> float:
    """Take costs off one by one: what `sum` gives depends on the release of Python, in the last bit."""
    for cost in costs.values():
        score -= cost
    return score


def _sway_as_lever_m(duration_s: float, range_deg: float) -> float:
    """Lever that sway seems to add: its acceleration over the angular acceleration of such a circle."""
    return SWAY_M_S2 * (duration_s / (2.0 * pi)) ** 2 / radians(0.5 * range_deg)


def smallness(elevation_deg: float) -> float:
    """How much a small range speaks against a circle: sway, breathing and fidgeting are small."""
    return 5.0 * min(pow(5.5 / elevation_deg, 1.5), 4.0)


@dataclass(frozen=True, slots=True)
class Traits:
    """What the loops of a chain share, since one wearer with one clip draws them: sums over the loops.

    Attributes
    ----------
    n : int
    log_duration, log_elevation, log_shape : float
        Of the length in s, of the elevation in deg, and of the yaw over it.
    lever, forward_lever : tuple of float
        Weights by how sway scatters each loop's lever, levers times weights, and what the accelerometer's
        errors, which all loops share, may add to it times weights.
    area : tuple of float
        Of the loops as seen from above, and from the side that shows most of them, rad².
    """

    n: int
    log_duration: float
    log_elevation: float
    log_shape: float
    lever: tuple[float, float, float]
    forward_lever: tuple[float, float, float]
    area: tuple[float, float]

    @classmethod
    def of(cls, loop: Loop) -> Traits:
        """Take one loop."""
        sway_m = _sway_as_lever_m(loop.duration_s, loop.elevation_deg)
        weight = 1.0 / (LEVER_SCATTER_M**2 + sway_m**2)
        forward_sway_m = _sway_as_lever_m(loop.duration_s, max(loop.yaw_deg, 0.1))
        forward_weight = 1.0 / (0.1**2 + forward_sway_m**2)
        from_above = abs(dot(loop.area, loop.up))
        from_side = sqrt(max(dot(loop.area, loop.area) - from_above**2, 0.0))
        return cls(
            1,
            log(loop.duration_s),
            log(loop.elevation_deg),
            log(max(loop.yaw_deg, 0.1) / loop.elevation_deg),
            (weight, weight * loop.lever_m, weight * loop.lever_sd_m),
            (forward_weight, forward_weight * loop.forward_lever_m, forward_weight * loop.forward_lever_sd_m),
            (from_above, from_side),
        )

    @property
    def mean_elevation_deg(self) -> float:
        """Range of elevation, deg."""
        return exp(self.log_elevation / self.n)

    @property
    def mean_shape(self) -> float:
        """Yaw over elevation."""
        return exp(self.log_shape / self.n)

    @property
    def mean_lever_m(self) -> float:
        """Of the elevation, m."""
        return self.lever[1] / self.lever[0]

    @property
    def mean_forward_lever_m(self) -> float:
        """Of the yaw, m."""
        return self.forward_lever[1] / self.forward_lever[0]

    @property
    def mean_from_above(self) -> float:
        """Area as seen from above, over that from the side."""
        return self.area[0] / (self.area[1] + 1e-9)

    def and_of(self, other: Traits) -> Traits:
        """Add those of other loops."""
        return Traits(
            self.n + other.n,
            self.log_duration + other.log_duration,
            self.log_elevation + other.log_elevation,
            self.log_shape + other.log_shape,
            _sum(self.lever, other.lever),
            _sum(self.forward_lever, other.forward_lever),
            (self.area[0] + other.area[0], self.area[1] + other.area[1]),
        )


def unlikeness(of_set: Traits, of_loop: Traits, has_gyroscope: bool) -> float:
    """How unlike those of a set a loop is that comes after a stop: log odds against one more of its circles.

    Half the squares of its deviations in length, size and shape, each in its spread within a set, less those of
    any circle.
    """
    deviations = [
        (of_set.log_duration / of_set.n - of_loop.log_duration) / DURATION_SPREAD,
        (of_set.log_elevation / of_set.n - of_loop.log_elevation) / ELEVATION_SPREAD,
    ]
    if has_gyroscope:
        deviations.append((of_set.log_shape / of_set.n - of_loop.log_shape) / SHAPE_SPREAD)
    return 0.5 * sum(max(each * each - 1.0, 0.0) for each in deviations)


def turns_back(before: Loop, after: Loop) -> bool:
    """Whether one loop goes round the other way than another."""
    return dot(before.area, after.area) < 0.0


def oddness(traits: Traits, has_gyroscope: bool) -> float:
    """How unlike a shoulder's what loops share is: log odds against circles, about."""
    return -_minus(0.0, odd_costs(traits, has_gyroscope))


def odd_costs(traits: Traits, has_gyroscope: bool) -> dict[str, float]:
    """Tell what each trait that loops share takes off their score.

    How small and how flat the clip shows them is held against three of them at most: more loops of a set that
    are as small say nothing new. A lever that is none of a shoulder is held against each.
    """
    n, said = traits.n, min(traits.n, SAID_ENOUGH)
    small = said * smallness(traits.mean_elevation_deg)
    weight, lever_m, lever_sd_m = (each / traits.lever[0] for each in (1.0, *traits.lever[1:]))
    if not has_gyroscope:
        off_lever = abs(lever_m - SWING_LEVER_M) / hypot(LEVER_SPREAD_M, sqrt(weight), lever_sd_m)
        return {"set_elevation_deg": small, "set_lever_m": n * 2.3 * min(off_lever, 4.0)}
    off_shape = abs(traits.log_shape / n - LOG_SHAPE)
    spread_m = SHORT_LEVER_SPREAD_M if lever_m < LEVER_M else LONG_LEVER_SPREAD_M
    off_lever = abs(lever_m - LEVER_M) / hypot(spread_m, sqrt(weight), lever_sd_m)
    weight, forward_m, sd_m = (each / traits.forward_lever[0] for each in (1.0, *traits.forward_lever[1:]))
    off_forward = max(LEAST_FORWARD_M - forward_m, 0.0) / hypot(sqrt(weight), sd_m)
    return {
        "set_elevation_deg": small,
        "set_shape": said * 4.0 * min(off_shape, 2.0) + n * 4.0 * max(off_shape - MOST_OFF_SHAPE, 0.0),
        "set_lever_m": n * 2.3 * min(off_lever, 4.0),
        "set_forward_lever_m": n * 2.0 * min(off_forward, 3.0),
        "set_from_above": n * 4.0 * min(max(traits.mean_from_above - MOST_FROM_ABOVE, 0.0), 2.0),
    }


def _sum(a: tuple[float, float, float], b: tuple[float, float, float]) -> tuple[float, float, float]:
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2])


def chance_of_circle(drawing: float, mean_drawing: float, n: int, odd: float) -> float:
    """How often a circle that counts is one, 0 to 1.

    A logistic regression of what was counted in simulated sessions, of every second wearer;
    docs/circle_accuracy.md has how well it holds for the others.

    Parameters
    ----------
    drawing, mean_drawing : float
        `drawing_score` of its loop, and their mean over its chain.
    n : int
        Loops of the chain.
    odd : float
        `oddness` of the chain, for each of its loops.
    """
    terms = (1.0, min(drawing, 11.0), mean_drawing, log(n), odd)
    sure = sum(weight * term for weight, term in zip(CHANCE_WEIGHTS, terms))
    return 1.0 / (1.0 + exp(-min(max(sure, -20.0), 20.0)))


def costs_in_chance(of_drawing: Mapping[str, float], odd: Mapping[str, float], n: int) -> dict[str, float]:
    """Tell what each trait takes off the log odds of `chance_of_circle`, of what it takes off the score.

    Parameters
    ----------
    of_drawing : mapping of str to float
        `drawing_costs`, as if all loops of the chain were drawn like this one.
    odd : mapping of str to float
        `odd_costs` of the chain.
    n : int
        Loops of the chain.
    """
    _, own, mean, _, shared = CHANCE_WEIGHTS
    return {name: (own + mean) * cost for name, cost in of_drawing.items()} | {
        name: -shared * cost / n for name, cost in odd.items()
    }


def neighbour_score(before: Loop, after: Loop, has_gyroscope: bool) -> float:
    """How much two loops in a row look like circles of one set: log odds, about."""
    score = 2.3 - 3.5 * abs(log(after.duration_s / before.duration_s))
    score -= 5.0 * min(abs(after.start_s - before.end_s) / before.duration_s, LONGEST_PAUSE)
    if not has_gyroscope:
        score -= 2.0 * abs(log(after.elevation_deg / before.elevation_deg))
    else:
        turn = dot(before.area, after.area) / sqrt(dot(before.area, before.area) * dot(after.area, after.area))
        score -= 20.0 * min(1.0 - abs(turn), 0.6) + (4.0 if turn < 0 else 0.0)
    return score


def upward_evidence(loops: Iterable[Loop], reference: Loop, has_gyroscope: bool) -> float:
    """Log likelihood ratio that the high point of `reference` is high rather than low.

    Vertical acceleration is opposite to vertical position, and level acceleration to level position. So the
    force tells a lever along which the elevation moves the clip, positive if up is up; and the level force
    tells one for the yaw, positive if `up_axis` is the axis about which elevation turns, on either shoulder.

    An offset of the accelerometer tilts what is taken for level. So the force goes with the elevation, as gravity
    does, and the yaw seems to tilt the clip: it adds to both levers of every loop, by one unknown number times the
    square of the period. It does not average out, but loops of several tempos, or two levers that differ, tell
    it. Levers are Gaussian, and with the offset unknown what is left is linear regression.
    """
    information, seen = np.diag([1.0, 1.0 / LEVER_SPREAD_M**2, 1.0 / FORWARD_LEVER_SPREAD_M**2]), np.zeros(3)
    prior = np.array([0.0, LEVER_M, FORWARD_LEVER_M]) @ information
    for loop in loops:
        sign = 1.0 if dot(loop.up_axis, reference.up_axis) > 0 else -1.0
        levers = [(1, sign * loop.lever_m, loop.lever_sd_m * OFFSET_M_S2 / ACC_BIAS_M_S2, LEVER_NOISE_M)]
        if has_gyroscope:
            shift_m = loop.forward_lever_sd_m * OFFSET_M_S2 / MISALIGNMENT_M_S2
            levers.append((2, sign * loop.forward_lever_m, shift_m, FORWARD_LEVER_NOISE_M))
        for row, lever_m, shift_m, noise_m in levers:
            weight = 1.0 / noise_m**2
            information[0, 0] += weight * shift_m**2
            information[row, row] += weight
            information[0, row] += weight * shift_m
            information[row, 0] += weight * shift_m
            seen[0] += weight * shift_m * lever_m
            seen[row] += weight * lever_m
    return float(2.0 * prior @ np.linalg.solve(information, seen))


def rest_evidence(height: float | None) -> float:
    """Log likelihood ratio that the high point is high, of where the shoulder rested before: near the lowest one.

    Hanging arms pull the girdle down, so that a circle goes up from there. Posture may shift with the first
    circle, and some sink a little first.

    Examples
    --------
    >>> rest_evidence(0.0), rest_evidence(0.5), rest_evidence(1.0), rest_evidence(None)
    (3.0, 0.0, -3.0, 0.0)
    """
    if height is None:
        return 0.0
    ratio = (1.0 - 2.0 * height) / (2.0 * REST_SPREAD**2)
    return min(max(ratio, -MOST_REST_EVIDENCE), MOST_REST_EVIDENCE)
