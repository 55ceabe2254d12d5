"""What the counter is measured on: for each condition, how a session is drawn.

A session is a script of circles and other movement, a wearer and a clip. Wearers vary as published sets do: the
lengths of circles by 3 to 11 % within a set, their ranges by 7 to 22 %, and sets slow down by 7 to 21 %.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from imucount.simulate import Circles, Clip, Movement, MovementKind, Part, Reclip, Simulation, Wearer, simulate

Rng = np.random.Generator
Direction = Literal["forward", "backward"]

FIRST_SEED = 10_000  # the tests stay below
FORWARD_THEN_BACKWARD: tuple[Direction, ...] = ("forward", "forward", "backward", "backward")
REST_LEVELS = (0.0, 0.1)  # circles return to rest, or a little below: nothing was published
RATES_HZ = (25.0, 50.0, 60.0, 100.0, 104.0, 200.0)


@dataclass(frozen=True, slots=True)
class Take:
    """One session to be simulated."""

    script: tuple[Part, ...]
    wearer: Wearer
    clip: Clip

    def simulate(self, seed: int) -> Simulation:
        return simulate(self.script, wearer=self.wearer, clip=self.clip, seed=seed)


@dataclass(frozen=True, slots=True)
class Condition:
    """A kind of session, and the share of its sets that should be exact."""

    title: str
    aim_percent: float
    draw: Callable[[Rng], Take]
    has_direction: bool = True
    sees_range: bool = True  # whether the clip turns about the axes that the range of motion is defined by

    def simulate(self, seed: int) -> Simulation:
        return self.draw(np.random.default_rng([seed, 1])).simulate(seed)


# ---------------------------------------------------------------------------------------------
# what sessions consist of


def wearer(rng: Rng) -> Wearer:
    return Wearer(
        side="right" if rng.random() < 0.5 else "left",
        clavicle_m=float(np.clip(rng.normal(0.149, 0.010), 0.13, 0.17)),
        beyond_clavicle_m=rng.uniform(0.0, 0.04),
        period_cv=rng.uniform(0.03, 0.11),
        amplitude_cv=rng.uniform(0.07, 0.22),
        tempo_drift=rng.uniform(0.07, 0.21),
        unevenness=rng.uniform(0.0, 0.4),
        distortion=rng.uniform(0.0, 0.15),
        rest_level=rng.uniform(*REST_LEVELS),
        sway_deg=rng.uniform(0.2, 0.8),
        breathing_deg=rng.uniform(0.3, 1.2),
        posture_drift_deg=rng.uniform(0.5, 2.5),
    )


def clip(rng: Rng) -> Clip:
    """Any attitude, any rate, and skin that follows half to four fifths of the girdle."""
    return Clip(
        sampling_rate_hz=float(rng.choice(RATES_HZ)),
        follow=rng.uniform(0.5, 0.8),
        yaw_share=rng.uniform(0.5, 0.8),
        pitch_coupling=rng.uniform(0.0, 0.15),
        yaw_from_elevation=rng.uniform(0.0, 0.1),
        wobble_deg=rng.uniform(0.1, 0.5),
    )


def circles(
    rng: Rng, reps: int, direction: Direction, period_s: float, *, separate: bool = False, small: bool = False
) -> Circles:
    if small:
        scale = max(0.0, rng.uniform(-0.5, 0.5))  # every other set at the lower end
        elevation_deg, protraction_deg = 10.0 * (1.0 + scale), 6.0 * (1.0 + scale)
    else:
        elevation_deg, protraction_deg = rng.uniform(15.0, 32.0), rng.uniform(10.0, 22.0)
    return Circles(reps, direction, period_s, separate, elevation_deg, protraction_deg)


def standing(rng: Rng, low_s: float = 12.0, high_s: float = 40.0) -> Movement:
    return Movement("standing", rng.uniform(low_s, high_s))


def either(rng: Rng) -> Direction:
    return "forward" if rng.random() < 0.5 else "backward"


def whole_programme(rng: Rng, period_s: float, **kind: bool) -> tuple[Part, ...]:
    """3 x 10 forward and 3 x 10 backward circles, each set at its own tempo and range."""
    script: list[Part] = [standing(rng, 4.0, 12.0)]
    directions: tuple[Direction, ...] = ("forward",) * 3 + ("backward",) * 3
    for direction in directions:
        tempo = float(np.clip(rng.normal(1.0, 0.07), 0.85, 1.15))
        script += [circles(rng, 10, direction, period_s * tempo, **kind), standing(rng)]
    return tuple(script)


def _between(rng: Rng) -> list[Part]:
    """One or two other movements, begun and ended standing."""
    kinds: list[MovementKind] = ["walking", "sitting", "fidgeting", "arm_swings", "bows"]
    parts: list[Part] = [standing(rng, 2.0, 5.0)]
    for kind in rng.permutation(kinds)[: rng.integers(1, 3)].tolist():
        parts += [Movement(kind, rng.uniform(8.0, 30.0)), standing(rng, 2.0, 5.0)]
    return parts


# ---------------------------------------------------------------------------------------------
# the ten conditions


def prescribed(rng: Rng) -> Take:
    return Take(whole_programme(rng, rng.uniform(2.0, 4.0)), wearer(rng), clip(rng))


def any_tempo(rng: Rng) -> Take:
    script: list[Part] = [standing(rng, 4.0, 12.0)]
    for _ in range(3):
        period_s = float(np.exp(rng.uniform(np.log(1.0), np.log(8.0))))
        script += [circles(rng, int(rng.integers(8, 13)), either(rng), period_s), standing(rng)]
    return Take(tuple(script), wearer(rng), clip(rng))


def separate_moves(rng: Rng) -> Take:
    return Take(whole_programme(rng, rng.uniform(3.0, 6.0), separate=True), wearer(rng), clip(rng))


def small_range(rng: Rng) -> Take:
    return Take(whole_programme(rng, rng.uniform(2.0, 4.0), small=True), wearer(rng), clip(rng))


def poor_sensor(rng: Rng) -> Take:
    script = whole_programme(rng, rng.uniform(2.0, 4.0))
    poor = replace(
        clip(rng),
        acc_noise_ug=400.0,
        gyr_bias_dps=8.0,
        packet_loss=0.15,
        outages=((rng.uniform(5.0, 250.0), 1.0),),  # at any time, within a set or in a rest
        clock_error=0.02 if rng.random() < 0.5 else -0.02,
    )
    return Take(script, wearer(rng), poor)


def few_or_many(rng: Rng) -> Take:
    """One, two and three circles; a change of direction without rest; 30 in a row; some without any lead-in."""
    first = either(rng)
    second: Direction = "backward" if first == "forward" else "forward"

    def period_s() -> float:
        return rng.uniform(2.0, 4.0)

    few: list[Part] = []
    for reps in rng.permutation([1, 2, 3]).tolist():
        few += [circles(rng, reps, either(rng), period_s()), standing(rng)]
    scripts: list[list[Part]] = [
        few,
        [circles(rng, 10, first, period_s()), circles(rng, 10, second, period_s()), standing(rng)],
        [circles(rng, 30, first, period_s()), standing(rng)],
        [circles(rng, 10, first, period_s()), standing(rng), circles(rng, 10, second, period_s())],
    ]
    which = int(rng.integers(4))
    script = scripts[which] if which == 3 else [standing(rng, 4.0, 12.0), *scripts[which]]
    return Take(tuple(script), wearer(rng), clip(rng))


def other_movement_between(rng: Rng) -> Take:
    script: list[Part] = [Movement("walking", rng.uniform(8.0, 20.0)), standing(rng, 2.0, 5.0)]
    for direction in FORWARD_THEN_BACKWARD:
        script += [circles(rng, 10, direction, rng.uniform(2.0, 4.0)), *_between(rng)]
    return Take(tuple(script), wearer(rng), clip(rng))


def oblique(rng: Rng) -> Take:
    script = whole_programme(rng, rng.uniform(2.0, 4.0))
    turned = replace(
        clip(rng),
        yaw_share=rng.uniform(0.25, 1.0),
        pitch_coupling=rng.uniform(0.0, 0.5),
        yaw_from_elevation=rng.uniform(0.0, 0.3),
    )
    return Take(script, wearer(rng), turned)


def clipped_on_again(rng: Rng) -> Take:
    script: list[Part] = [standing(rng, 4.0, 12.0)]
    for number, direction in enumerate(FORWARD_THEN_BACKWARD):
        if number:
            script += [standing(rng, 2.0, 10.0), Reclip(), standing(rng, 4.0, 15.0)]
        script.append(circles(rng, 10, direction, rng.uniform(2.0, 4.0)))
    return Take((*script, standing(rng)), wearer(rng), clip(rng))


def accelerometer_only(rng: Rng) -> Take:
    take = prescribed(rng)
    return replace(take, clip=replace(take.clip, gyroscope=False))


CONDITIONS = (
    Condition("the prescribed programme, fluid, 2-4 s, both sides, any mount, 25-200 Hz", 100.0, prescribed),
    Condition("tempo 1-8 s", 98.0, any_tempo),
    Condition("four separate moves with dwells, 3-6 s", 98.0, separate_moves),
    Condition("range down to 10° elevation / 6° protraction at the girdle", 98.0, small_range),
    Condition(
        "poor sensor (400 µg/√Hz, gyro bias 8 deg/s), 15 % packets lost, 1 s outage, 2 % clock error",
        98.0,
        poor_sensor,
    ),
    Condition(
        "one, two, three circles; direction change without rest; 30 in a row; no lead-in", 95.0, few_or_many
    ),
    Condition("walking, sitting, fidgeting, arm swings, bows between the sets", 98.0, other_movement_between),
    Condition(
        "the clip follows obliquely: yaw share 0.25-1, pitch coupling up to 0.5, yaw from elevation up to 0.3",
        95.0,
        oblique,
        sees_range=False,
    ),
    Condition("the clip taken off and put on in any other attitude between sets", 95.0, clipped_on_again),
    Condition(
        'accelerometer only: the count right, the direction "unknown"',
        95.0,
        accelerometer_only,
        has_direction=False,
    ),
)


# ---------------------------------------------------------------------------------------------
# sessions without any circle, 10 minutes each


def nothing_but(kinds: tuple[MovementKind, ...], low_s: float, high_s: float) -> Callable[[Rng], Take]:
    def draw(rng: Rng) -> Take:
        script: list[Part] = []
        left_s = 600.0
        while left_s > 0.0:
            for kind in rng.permutation(kinds).tolist():
                duration_s = min(max(left_s, 0.1), rng.uniform(low_s, high_s))
                script.append(Movement(kind, duration_s))
                left_s -= duration_s
                if left_s <= 0.0:
                    break
        return Take(tuple(script), wearer(rng), clip(rng))

    return draw


OTHER_MOVEMENT = nothing_but(
    ("walking", "arm_swings", "shrugs", "squeezes", "twists", "bows", "standing"), 15.0, 60.0
)
SITTING = nothing_but(("sitting", "fidgeting"), 30.0, 120.0)


def steady(rng: Rng) -> Take:
    """The programme at 3 s a circle and 100 Hz, to measure how soon a rep is told."""
    return Take(whole_programme(rng, 3.0), wearer(rng), replace(clip(rng), sampling_rate_hz=100.0))
