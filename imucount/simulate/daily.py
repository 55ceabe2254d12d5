"""What people do between sets and all day long, that moves a shoulder and is no circle of it.

Each way begins and ends standing still. Figures without a source are what such a movement takes by the look of it;
how the girdle goes with the arm is Ludewig's (JBJS 2009;91:378): 16 deg back and 6 up with an arm that is lifted.
"""

from __future__ import annotations

import numpy as np

from imucount.samples import FloatArray
from imucount.simulate.movements import Pose, fade, glide, schedule, smooth_noise

ELEVATION_PER_ARM, RETRACTION_PER_ARM = 6.0 / 120.0, 16.0 / 120.0


def _noise(rng: np.random.Generator, t: FloatArray, duration_s: float, knot_s: float) -> FloatArray:
    return np.asarray(smooth_noise(rng, t, duration_s, knot_s=knot_s, channels=1)[0])


def talking(rng: np.random.Generator, t: FloatArray, duration_s: float) -> Pose:
    """Gestures and nods in phrases of a few seconds, with a breath before each."""
    pose = Pose.still(len(t))
    phrase = fade(t, duration_s) * _positive(0.5 + 0.7 * _noise(rng, t, duration_s, 2.5))
    size = rng.uniform(0.5, 1.3)
    for name, range_deg, knot_s in (
        ("elevation_deg", 1.5, 0.7),
        ("protraction_deg", 1.8, 0.8),
        ("yaw_deg", 2.5, 1.2),
        ("pitch_deg", 1.0, 1.0),
        ("roll_deg", 0.8, 1.2),
    ):
        setattr(pose, name, size * range_deg * phrase * _noise(rng, t, duration_s, knot_s))
    pose.arm_deg = 25.0 * size * phrase * _positive(_noise(rng, t, duration_s, 1.0))
    pose.neck_deg = 6.0 * phrase * smooth_noise(rng, t, duration_s, knot_s=0.8, channels=2)
    return pose


def phone(rng: np.random.Generator, t: FloatArray, duration_s: float) -> Pose:
    """Take a phone out, hold it before the face, type, and put it away."""
    pose = Pose.still(len(t))
    starts, ends = schedule(rng, duration_s, move_s=(0.8, 1.6), hold_s=(4.0, 15.0))
    held = glide(t, starts, ends, _in_turns(len(starts)))
    lag = glide(t, starts + 0.2, ends + 0.2, _in_turns(len(starts))) * fade(t, duration_s, 0.5)
    arm = rng.uniform(25.0, 60.0)
    pose.arm_deg = arm * held
    pose.protraction_deg = rng.uniform(4.0, 9.0) * lag
    pose.elevation_deg = rng.uniform(2.0, 6.0) * held
    typing = held * _noise(rng, t, duration_s, 0.3)
    pose.elevation_deg += rng.uniform(0.2, 0.6) * typing
    pose.protraction_deg += rng.uniform(0.3, 0.8) * held * _noise(rng, t, duration_s, 0.5)
    pose.pitch_deg = rng.uniform(3.0, 9.0) * held
    pose.neck_deg[1] = rng.uniform(15.0, 35.0) * held
    return pose


def drinking(rng: np.random.Generator, t: FloatArray, duration_s: float) -> Pose:
    """Reach for a glass, lift it to the mouth and put it back: forward first, up next, and down last."""
    pose = Pose.still(len(t))
    starts, ends = schedule(rng, duration_s, move_s=(0.8, 1.4), hold_s=(0.8, 4.0))
    raised = glide(t, starts, ends, _in_turns(len(starts)))
    lead_s = rng.uniform(0.1, 0.5)
    reached = glide(t, starts - lead_s, ends - lead_s, _in_turns(len(starts))) * fade(t, duration_s, 0.5)
    pose.arm_deg = rng.uniform(45.0, 80.0) * raised
    pose.elevation_deg = rng.uniform(5.0, 12.0) * raised
    pose.protraction_deg = rng.uniform(4.0, 10.0) * reached
    pose.yaw_deg = rng.uniform(0.0, 5.0) * reached
    pose.pitch_deg = -rng.uniform(0.0, 5.0) * raised
    pose.neck_deg[1] = -rng.uniform(5.0, 20.0) * raised
    return pose


def jacket(rng: np.random.Generator, t: FloatArray, duration_s: float) -> Pose:
    """Put a jacket on or off: arms and girdle in wide, joined movements, the trunk turned along."""
    pose = Pose.still(len(t))
    window = fade(t, duration_s, 0.8)
    pace_s = rng.uniform(0.5, 0.9)
    for name, range_deg in (
        ("elevation_deg", 7.0),
        ("protraction_deg", 8.0),
        ("yaw_deg", 10.0),
        ("pitch_deg", 5.0),
        ("roll_deg", 5.0),
    ):
        setattr(pose, name, range_deg * rng.uniform(0.6, 1.2) * window * _noise(rng, t, duration_s, pace_s))
    pose.elevation_deg = pose.elevation_deg + 5.0 * window
    pose.arm_deg = window * 30.0 * _positive(1.2 + _noise(rng, t, duration_s, pace_s))
    pose.turn_rad = np.radians(1.5) * window * smooth_noise(rng, t, duration_s, knot_s=0.3, channels=3)
    return pose


def coughing(rng: np.random.Generator, t: FloatArray, duration_s: float) -> Pose:
    """Fits of one to five coughs, which jerk the girdle up and the trunk forward."""
    pose = Pose.still(len(t))
    at_s = rng.uniform(0.3, 2.0)
    while at_s + 4.0 < duration_s:
        for _ in range(int(rng.integers(1, 6))):
            width_s = rng.uniform(0.6, 0.9)
            pulse = np.sin(np.pi * np.clip((t - at_s) / width_s, 0.0, 1.0)) ** 4
            pose.elevation_deg += rng.uniform(2.0, 5.0) * pulse
            pose.protraction_deg += rng.uniform(0.0, 3.0) * pulse
            pose.pitch_deg += rng.uniform(2.0, 5.0) * pulse
            at_s += width_s + rng.uniform(0.05, 0.4)
        at_s += rng.uniform(3.0, 10.0)
    return pose


def neck_rolls(rng: np.random.Generator, t: FloatArray, duration_s: float) -> Pose:
    """Roll the head round, 20 to 38 deg out: the upper trapezius pulls skin and girdle along."""
    pose = Pose.still(len(t))
    window = fade(t, duration_s, 1.2)
    phase = 2.0 * np.pi * (t / rng.uniform(2.5, 6.0) + 0.06 * _noise(rng, t, duration_s, 3.0))
    phase *= rng.choice([-1.0, 1.0])
    out_deg = rng.uniform(20.0, 38.0)
    pose.neck_deg = out_deg * window * np.stack([np.sin(phase), 0.8 * np.cos(phase)])
    lag = rng.normal(0.0, 0.5)
    pose.elevation_deg = rng.uniform(0.5, 2.5) * window * (1.0 + np.sin(phase + lag))
    pose.protraction_deg = rng.uniform(0.3, 1.5) * window * np.cos(phase + lag)
    pose.roll_deg = rng.uniform(0.2, 1.5) * window * np.sin(phase)
    pose.pitch_deg = rng.uniform(0.2, 1.5) * window * np.cos(phase)
    return pose


def arm_circles(rng: np.random.Generator, t: FloatArray, duration_s: float) -> Pose:
    """Whole circles of the straight arm, past the ear and the hip: the girdle follows, mostly up and down."""
    return _arms_round(rng, t, duration_s, period_s=(1.2, 2.6), cone_deg=(70.0, 88.0), about_deg=90.0)


def small_arm_circles(rng: np.random.Generator, t: FloatArray, duration_s: float) -> Pose:
    """Arms held out to the sides, the hands in circles of two or three hand's breadths."""
    return _arms_round(rng, t, duration_s, period_s=(0.7, 1.6), cone_deg=(8.0, 22.0), about_deg=85.0)


def _arms_round(
    rng: np.random.Generator,
    t: FloatArray,
    duration_s: float,
    *,
    period_s: tuple[float, float],
    cone_deg: tuple[float, float],
    about_deg: float,
) -> Pose:
    pose = Pose.still(len(t))
    ready = fade(t, duration_s, 2.0)
    window = fade(t, duration_s, 3.0) ** 2
    phase = 2.0 * np.pi * (t / rng.uniform(*period_s) + 0.04 * _noise(rng, t, duration_s, 3.0))
    phase *= rng.choice([-1.0, 1.0])
    cone = rng.uniform(*cone_deg) * window * (1.0 + 0.08 * _noise(rng, t, duration_s, 2.0))
    lift, ahead = cone * np.sin(phase), cone * np.cos(phase)
    pose.arm_deg = about_deg * ready + lift
    pose.elevation_deg = rng.uniform(0.08, 0.16) * (lift + 0.4 * about_deg * ready)
    pose.protraction_deg = rng.uniform(0.05, 0.14) * ahead - RETRACTION_PER_ARM * about_deg * ready * 0.5
    pose.yaw_deg = rng.uniform(0.0, 0.04) * ahead
    return pose


def reaches(rng: np.random.Generator, t: FloatArray, duration_s: float) -> Pose:
    """Arms stretched out to the front, in tens: the blades go round the ribs."""
    pose = Pose.still(len(t))
    starts, ends = schedule(rng, duration_s, move_s=(0.7, 1.5), hold_s=(0.1, 1.0))
    out = glide(t, starts, ends, _in_turns(len(starts)))
    pose.protraction_deg = rng.uniform(10.0, 20.0) * out
    pose.elevation_deg = rng.uniform(-2.0, 4.0) * out
    pose.arm_deg = 80.0 * fade(t, duration_s, 1.5)
    pose.yaw_deg = rng.uniform(0.0, 5.0) * out
    pose.pitch_deg = rng.uniform(0.0, 3.0) * out
    return pose


def raises(rng: np.random.Generator, t: FloatArray, duration_s: float) -> Pose:
    """Arms lifted to the side or the front and lowered, in tens."""
    pose = Pose.still(len(t))
    starts, ends = schedule(rng, duration_s, move_s=(0.9, 1.8), hold_s=(0.1, 0.8))
    arm_deg = rng.uniform(80.0, 160.0)
    up = glide(t, starts, ends, _in_turns(len(starts)) * rng.uniform(0.9, 1.1, len(starts) + 1))
    late_s = rng.uniform(-0.15, 0.15)
    late = glide(t, starts + late_s, ends + late_s, _in_turns(len(starts))) * fade(t, duration_s, 0.4)
    pose.arm_deg = arm_deg * up
    pose.elevation_deg = ELEVATION_PER_ARM * arm_deg * up * rng.uniform(0.8, 2.0)
    pose.protraction_deg = (-RETRACTION_PER_ARM if rng.random() < 0.5 else 0.05) * arm_deg * late
    pose.pitch_deg = -rng.uniform(0.0, 4.0) * up
    return pose


def _positive(x: FloatArray) -> FloatArray:
    """Cut off what is below 0, without a corner."""
    return np.asarray(0.5 * (x + np.sqrt(x * x + 0.1)))


def _in_turns(moves: int) -> FloatArray:
    """0, 1, 0, 1 ... for glide: there with every first move, and back with every second."""
    return np.asarray(np.arange(moves + 1) % 2, dtype=np.float64)
