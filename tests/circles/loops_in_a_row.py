"""Loops as an ideal circle makes them, and what is selected of them."""

from dataclasses import replace

from imucount.circles.loops import Loop
from imucount.circles.selector import CircleSelector

IDEAL = Loop(
    start_s=10.0,
    end_s=13.0,
    known_s=13.3,
    quarter_s=(10.75, 11.5, 12.25),
    up_axis=(1.0, 0.0, 0.0),
    up=(0.0, 0.0, 1.0),
    area=(0.0, -0.03, 0.0),
    sense=-1,
    elevation_deg=14.0,
    yaw_deg=9.8,
    roundness=1.0,
    rise_yaw_deg=0.0,
    fall_yaw_deg=0.0,
    closure=0.0,
    yaw_closure=0.0,
    rise_share=0.47,
    fullest_quarter=0.25,
    lever_m=0.21,
    lever_sd_m=0.05,
    forward_lever_m=0.35,
    forward_lever_sd_m=0.1,
    force_rms=0.2,
    unexplained_rms=0.0,
)


def later(loop, seconds, **changes):
    """The same loop at another time."""
    quarter_s = tuple(each + seconds for each in loop.quarter_s)
    times = {"start_s": loop.start_s + seconds, "end_s": loop.end_s + seconds, "known_s": loop.known_s + seconds}
    return replace(loop, quarter_s=quarter_s, **(times | changes))


def row(n, loop=IDEAL):
    return [later(loop, index * loop.duration_s) for index in range(n)]


def take(selector, loop):
    return selector.close(loop.known_s) + selector.add(loop)


def nothing_beside(loop, edge_s, limit_s, now_s):
    return None


def no_rest(loop, start_s, end_s, now_s):
    return False


def a_rest(loop, start_s, end_s, now_s):
    return True


def nowhere(loop, now_s):
    return None


def never_at_rest(first, last, now_s):
    return None


def at_the_bottom(loop, now_s):
    return 0.0


def a_selector(
    side="right",
    min_reps=2,
    has_gyroscope=True,
    look_beside=nothing_beside,
    has_rested=no_rest,
    rest_height=nowhere,
    far_from_rest=never_at_rest,
):
    return CircleSelector(side, has_gyroscope, min_reps, look_beside, has_rested, rest_height, far_from_rest)


def select(loops, **settings):
    selector = a_selector(**settings)
    return [circle for loop in loops for circle in take(selector, loop)] + selector.finish()
