"""Conditions as people make them: circles by strokes, a blade on the ribs, skin, shirts, and daily life in
between.

What they vary is published anatomy and motor control, as the modules of `imucount.simulate` say it; the shares of
each kind are set by hand. Seeds with an even number are for whoever fits a weight, odd ones to report it on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from benchmarks.conditions import RATES_HZ, Condition, Direction, Rng, Take, either, standing, wearer
from imucount.simulate import Circles, Clip, Manner, Movement, MovementKind, Part, Wear

DAILY: tuple[MovementKind, ...] = (
    "talking",
    "phone",
    "drinking",
    "jacket",
    "coughing",
    "walking",
    "sitting",
    "fidgeting",
    "neck_rolls",
)
EXERCISES: tuple[MovementKind, ...] = (
    "neck_rolls",
    "small_arm_circles",
    "reaches",
    "raises",
    "shrugs",
    "squeezes",
    "twists",
    "bows",
)


def on_skin(rng: Rng) -> Clip:
    """A clip on a strap on the outer shoulder, over soft tissue: an acromion cluster lags the bone by 6 to 8
    deg."""
    return Clip(
        sampling_rate_hz=float(rng.choice(RATES_HZ)),
        follow=rng.uniform(0.5, 0.8),
        yaw_share=rng.uniform(0.5, 0.9),
        pitch_coupling=rng.uniform(0.0, 0.2),
        yaw_from_elevation=rng.uniform(-0.1, 0.15),
        wobble_deg=rng.uniform(0.1, 0.5),
        acc_bias_mg=20.0,
        gyr_bias_dps=rng.uniform(0.5, 3.0),
        wear=Wear(
            "acromion",
            blade_share=rng.uniform(0.3, 0.8),
            spring_hz=rng.uniform(2.5, 6.0),
            damping=rng.uniform(0.2, 0.6),
            neck_share=rng.uniform(0.0, 0.05),
        ),
    )


def behind_the_blade(rng: Rng) -> Clip:
    clip = on_skin(rng)
    wear = replace(_wear(clip), place="blade", blade_share=rng.uniform(0.8, 1.0), neck_share=0.0)
    return replace(clip, follow=rng.uniform(0.4, 0.7), yaw_share=rng.uniform(0.5, 0.9), wear=wear)


def to_the_neck(rng: Rng) -> Clip:
    clip = on_skin(rng)
    wear = replace(
        _wear(clip), place="neck", blade_share=rng.uniform(0.0, 0.5), neck_share=rng.uniform(0.05, 0.25)
    )
    return replace(clip, follow=rng.uniform(0.3, 0.6), yaw_share=rng.uniform(0.3, 0.7), wear=wear)


def close_shirt(rng: Rng) -> Clip:
    clip = on_skin(rng)
    wear = replace(_wear(clip), play_deg=rng.uniform(0.2, 1.0), lag_s=rng.uniform(0.02, 0.1))
    return replace(clip, follow=rng.uniform(0.4, 0.7), yaw_share=rng.uniform(0.3, 0.8), wear=wear)


def loose_shirt(rng: Rng) -> Clip:
    clip = on_skin(rng)
    wear = replace(_wear(clip), play_deg=rng.uniform(0.5, 2.0), lag_s=rng.uniform(0.06, 0.2))
    return replace(
        clip,
        follow=rng.uniform(0.3, 0.6),
        yaw_share=rng.uniform(0.25, 0.6),
        wobble_deg=rng.uniform(0.3, 0.8),
        wear=wear,
    )


def _wear(clip: Clip) -> Wear:
    assert clip.wear is not None
    return clip.wear


def manner(rng: Rng) -> Manner:
    """Somebody who has done it a few times."""
    return Manner(
        strokes=rng.uniform(3.0, 6.0),
        overlap=rng.uniform(0.4, 1.0),
        dwell_share=rng.uniform(0.0, 0.12),
        wander=rng.uniform(0.05, 0.3),
        turn_deg=rng.uniform(-1.5, 1.5),
        lean_deg=rng.uniform(-1.0, 1.0),
        arms_deg=rng.uniform(0.0, 15.0),
    )


def circles(
    rng: Rng, reps: int, made: Manner, period_s: float | None = None, direction: Direction | None = None
) -> Circles:
    return Circles(
        reps,
        direction or either(rng),
        rng.uniform(2.0, 4.5) if period_s is None else period_s,
        elevation_deg=rng.uniform(12.0, 30.0),
        protraction_deg=rng.uniform(9.0, 22.0),
        manner=made,
    )


def rest(rng: Rng, low_s: float = 8.0, high_s: float = 25.0) -> list[Part]:
    """Standing, in every third rest with a talk."""
    parts: list[Part] = [standing(rng, low_s, high_s)]
    if rng.random() < 1 / 3:
        parts += [Movement("talking", rng.uniform(5.0, 15.0)), standing(rng, 3.0, 6.0)]
    return parts


def sets(rng: Rng, some: Sequence[Circles]) -> tuple[Part, ...]:
    script: list[Part] = [standing(rng, 4.0, 12.0)]
    for each in some:
        script += [each, *rest(rng)]
    return tuple(script)


def _take(rng: Rng, some: Sequence[Circles], clip: Clip | None = None) -> Take:
    return Take(sets(rng, some), wearer(rng), on_skin(rng) if clip is None else clip)


def fluent(rng: Rng) -> Take:
    made = manner(rng)
    return _take(rng, [circles(rng, int(rng.integers(8, 13)), made) for _ in range(4)])


def beginners(rng: Rng) -> Take:
    made = replace(
        manner(rng),
        strokes=4.0,
        overlap=rng.uniform(0.0, 0.4),
        dwell_share=rng.uniform(0.15, 0.45),
        wander=rng.uniform(0.1, 0.3),
    )
    return _take(rng, [circles(rng, int(rng.integers(5, 11)), made, rng.uniform(3.0, 6.5)) for _ in range(3)])


def fatigue(rng: Rng) -> Take:
    made = replace(manner(rng), shrinking=rng.uniform(0.3, 0.6))
    tired = replace(wearer(rng), tempo_drift=rng.uniform(0.2, 0.4))
    return Take(sets(rng, [circles(rng, int(rng.integers(10, 21)), made) for _ in range(2)]), tired, on_skin(rng))


def direction_changes(rng: Rng) -> Take:
    made, script = manner(rng), [standing(rng, 4.0, 12.0)]
    direction = either(rng)
    parts: list[Part] = [*script]
    for _ in range(2):
        for _ in range(2):
            parts.append(circles(rng, int(rng.integers(5, 11)), made, direction=direction))
            direction = "backward" if direction == "forward" else "forward"
        parts += rest(rng)
    return Take(tuple(parts), wearer(rng), on_skin(rng))


def daily_life_between(rng: Rng) -> Take:
    made = manner(rng)
    script: list[Part] = [standing(rng, 4.0, 8.0)]
    for _ in range(3):
        script += [circles(rng, int(rng.integers(8, 13)), made), standing(rng, 2.0, 6.0)]
        for kind in rng.permutation(DAILY)[: rng.integers(1, 3)].tolist():
            script += [Movement(kind, rng.uniform(8.0, 25.0)), standing(rng, 2.0, 5.0)]
    return Take(tuple(script), wearer(rng), on_skin(rng))


def hesitant(rng: Rng) -> Take:
    some = []
    for _ in range(3):
        made = replace(
            manner(rng),
            hesitations=int(rng.integers(0, 3)),
            aborted=int(rng.integers(0, 3)),
            dwell_share=rng.uniform(0.05, 0.25),
        )
        some.append(circles(rng, int(rng.integers(6, 11)), made))
    return _take(rng, some)


def held(rng: Rng) -> Take:
    some = []
    for _ in range(3):
        made = replace(manner(rng), held=int(rng.integers(0, 3)), raised=int(rng.integers(0, 3)))
        some.append(circles(rng, int(rng.integers(6, 11)), made))
    return _take(rng, some)


def flat_and_wide(rng: Rng) -> Take:
    """Mostly fore and aft, or mostly up and down."""
    made, some = manner(rng), []
    for _ in range(3):
        flat = rng.random() < 0.5
        some.append(
            replace(
                circles(rng, int(rng.integers(7, 12)), made),
                elevation_deg=rng.uniform(8.0, 13.0) if flat else rng.uniform(20.0, 32.0),
                protraction_deg=rng.uniform(16.0, 24.0) if flat else rng.uniform(5.0, 9.0),
            )
        )
    return _take(rng, some)


def trunk_along(rng: Rng) -> Take:
    made = replace(
        manner(rng),
        turn_deg=rng.uniform(-6.0, 8.0),
        lean_deg=rng.uniform(-4.0, 8.0),
        arms_deg=rng.uniform(0.0, 40.0),
    )
    return _take(rng, [circles(rng, int(rng.integers(7, 12)), made) for _ in range(3)])


def on_the_blade(rng: Rng) -> Take:
    made = manner(rng)
    return _take(rng, [circles(rng, int(rng.integers(7, 12)), made) for _ in range(3)], behind_the_blade(rng))


def half_way_to_the_neck(rng: Rng) -> Take:
    made = manner(rng)
    return _take(rng, [circles(rng, int(rng.integers(7, 12)), made) for _ in range(3)], to_the_neck(rng))


def on_a_close_shirt(rng: Rng) -> Take:
    made = manner(rng)
    return _take(rng, [circles(rng, int(rng.integers(7, 12)), made) for _ in range(3)], close_shirt(rng))


def on_a_loose_shirt(rng: Rng) -> Take:
    made = manner(rng)
    return _take(rng, [circles(rng, int(rng.integers(7, 12)), made) for _ in range(3)], loose_shirt(rng))


def one_to_four(rng: Rng) -> Take:
    made = manner(rng)
    return _take(rng, [circles(rng, int(reps), made) for reps in rng.permutation([1, 2, 3, 4])])


def biased_and_slow(rng: Rng) -> Take:
    """A cheap accelerometer, 50 mg off, and 5 to 8 s a circle."""
    made = manner(rng)
    some = [circles(rng, int(rng.integers(5, 9)), made, rng.uniform(5.0, 8.0)) for _ in range(3)]
    return _take(rng, some, replace(on_skin(rng), acc_bias_mg=50.0))


def any_clip(rng: Rng) -> Clip:
    kinds = (on_skin, behind_the_blade, to_the_neck, close_shirt, loose_shirt)
    return kinds[int(rng.integers(len(kinds)))](rng)


def _without_circles(rng: Rng, kinds: tuple[MovementKind, ...]) -> Take:
    """Ten minutes of other movement with rests."""
    script: list[Part] = []
    left_s = 600.0
    while left_s > 0.0:
        kind = kinds[int(rng.integers(len(kinds)))]
        script += [Movement(kind, rng.uniform(15.0, 40.0)), *rest(rng, 4.0, 10.0)]
        left_s -= sum(part.duration_s for part in script[-2:] if isinstance(part, Movement))
    return Take(tuple(script), wearer(rng), any_clip(rng))


def other_exercises(rng: Rng) -> Take:
    return _without_circles(rng, EXERCISES)


def large_arm_circles(rng: Rng) -> Take:
    return _without_circles(rng, ("arm_circles",))


def daily_movement(rng: Rng) -> Take:
    return _without_circles(rng, DAILY)


def right_after_sets(rng: Rng) -> Take:
    """Sets with no rest before what comes next: whatever follows a set at once."""
    made = manner(rng)
    script: list[Part] = [standing(rng, 4.0, 8.0)]
    kinds = (*DAILY, *EXERCISES)
    for _ in range(5):
        script += [circles(rng, int(rng.integers(6, 11)), made), standing(rng, 0.3, 2.0)]
        script += [
            Movement(kinds[int(rng.integers(len(kinds)))], rng.uniform(10.0, 20.0)),
            standing(rng, 4.0, 8.0),
        ]
    return Take(tuple(script), wearer(rng), any_clip(rng))


HARSHER = (
    Condition("fluent", 99.0, fluent, sees_range=False),
    Condition("beginners", 99.0, beginners, sees_range=False),
    Condition("fatigue: smaller and slower to the end", 99.0, fatigue, sees_range=False),
    Condition("direction changes without rest", 99.0, direction_changes, sees_range=False),
    Condition("daily life between the sets", 99.0, daily_life_between, sees_range=False),
    Condition("hesitant: stops, half circles", 96.0, hesitant, sees_range=False),
    Condition("held positions, circles not brought down", 96.0, held, sees_range=False),
    Condition("flat and wide circles", 96.0, flat_and_wide, sees_range=False),
    Condition("a trunk that moves along, up to 8°", 96.0, trunk_along, sees_range=False),
    Condition("behind the shoulder blade", 95.0, on_the_blade, sees_range=False),
    Condition("half-way to the neck", 95.0, half_way_to_the_neck, sees_range=False),
    Condition("on a close shirt", 95.0, on_a_close_shirt, sees_range=False),
    Condition("on a loose shirt", 80.0, on_a_loose_shirt, sees_range=False),
    Condition("sets of one to four", 92.0, one_to_four, sees_range=False),
    Condition("accelerometer 50 mg off, 5-8 s a circle", 90.0, biased_and_slow, sees_range=False),
)
"""Each counted as in `benchmarks.conditions`."""

WITHOUT_CIRCLES = {
    "other exercises": other_exercises,
    "daily movement": daily_movement,
    "right after sets": right_after_sets,
    "large circles of the whole arm": large_arm_circles,
}
