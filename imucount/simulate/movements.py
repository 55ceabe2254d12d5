"""How a virtual wearer moves: poses of the trunk and the shoulder girdle over time.

Trajectories are continuous up to the acceleration: moves follow the minimum-jerk profile of Flash
and Hogan (1985), and irregular motion is a cubic B-spline through random knots. Body frame: x
forward, y left, z up; angles are right-handed, so that yaw turns left, pitch bows forward and roll
leans right.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Literal

import numpy as np

from imucount.samples import FloatArray

MovementKind = Literal[
    "standing",
    "walking",
    "arm_swings",
    "shrugs",
    "squeezes",
    "twists",
    "bows",
    "sitting",
    "fidgeting",
    "talking",
    "phone",
    "drinking",
    "jacket",
    "coughing",
    "neck_rolls",
    "arm_circles",
    "small_arm_circles",
    "reaches",
    "raises",
    "handling",
]

Range = tuple[float, float]

SPLINE_RMS = np.sqrt(151 / 315)  # of a cubic B-spline through independent knots of unit variance

AT_REST_SHARE = 0.05
"""A circle that leaves from rest starts when this share of a range is done, of elevation or of protraction; one
that comes to rest ends when less is left of both. What is less is not to be seen beside sway and breath. Onsets
of reaching are commonly taken at 5 % of the peak speed."""

_LOOKS = 1000  # at a circle, to find where it leaves from rest


@dataclass(slots=True, eq=False)
class Pose:
    """Departure from quiet standing at each of n times; all zero is standing still.

    Attributes
    ----------
    elevation_deg, protraction_deg : (n,) array
        Rotation of the clavicle against the trunk, deg.
    yaw_deg, pitch_deg, roll_deg : (n,) array
        Rotation of the trunk, deg.
    arm_deg : (n,) array
        How far the arm is lifted, deg.
    pelvis_m : (3, n) array
        Displacement of the pelvis, m; x is where the wearer faced before the movement.
    turn_rad : (3, n) array
        Rotation vector of the clip against the skin, rad, in the body frame.
    knock_mps2 : (3, n) array
        Blows to the clip, m/s², in the earth frame.
    neck_deg : (2, n) array
        Tilt of the head against the trunk, deg: to the right and to the front.
    """

    elevation_deg: FloatArray
    protraction_deg: FloatArray
    yaw_deg: FloatArray
    pitch_deg: FloatArray
    roll_deg: FloatArray
    arm_deg: FloatArray
    pelvis_m: FloatArray
    turn_rad: FloatArray
    knock_mps2: FloatArray
    neck_deg: FloatArray

    @classmethod
    def still(cls, n: int) -> Pose:
        """Standing still for n times."""
        rows = {"pelvis_m": 3, "turn_rad": 3, "knock_mps2": 3, "neck_deg": 2}
        names = [field.name for field in fields(cls)]
        return cls(**{name: np.zeros((rows[name], n)) if name in rows else np.zeros(n) for name in names})

    def add(self, start: int, stop: int, other: Pose) -> None:
        """Add another pose to the times from `start` to `stop`.

        Where the other one leaves the wearer turned or displaced, they stay so afterwards.
        """
        facing = np.radians(self.yaw_deg[start:stop])
        ahead, left, up = other.pelvis_m
        pelvis_m = np.stack(
            [ahead * np.cos(facing) - left * np.sin(facing), ahead * np.sin(facing) + left * np.cos(facing), up]
        )
        for field in fields(self):
            getattr(self, field.name)[..., start:stop] += (
                pelvis_m if field.name == "pelvis_m" else getattr(other, field.name)
            )
        if start < stop:
            self.yaw_deg[stop:] += other.yaw_deg[-1]
            self.pelvis_m[:, stop:] += pelvis_m[:, -1:]


# ---------------------------------------------------------------------------------------------
# building blocks


def minimum_jerk(progress: FloatArray) -> FloatArray:
    """Share of a move that is done, 0 to 1, at each share of its time; at rest outside of it."""
    u = np.clip(progress, 0.0, 1.0)
    return u * u * u * (10.0 + u * (6.0 * u - 15.0))


def glide(x: FloatArray, starts: FloatArray, ends: FloatArray, values: FloatArray) -> FloatArray:
    """Hold each value until the next move, and go to the following value between its start and its end."""
    if not len(starts):
        return np.full_like(x, values[0])
    move = np.maximum(np.searchsorted(starts, x, side="right") - 1, 0)
    share = minimum_jerk((x - starts[move]) / (ends - starts)[move])
    return values[move] + np.diff(values)[move] * share


def smooth_noise(
    rng: np.random.Generator, t: FloatArray, duration_s: float, *, knot_s: float, channels: int
) -> FloatArray:
    """Smooth random signals, shape (channels, n), of unit root mean square.

    Their amplitude has fallen by 3 dB at 0.24 / `knot_s` Hz and to a tenth at 0.56 / `knot_s` Hz.
    The knots depend on the duration, not on the spacing of t.
    """
    knots = rng.standard_normal((channels, int(duration_s / knot_s) + 5)) / SPLINE_RMS
    place = t / knot_s + 1.0  # the grid reaches one step beyond either end
    first = np.clip(place.astype(np.intp), 0, knots.shape[1] - 4)
    u = place - first
    v = 1.0 - u
    weights = (
        v * v * v / 6.0,
        (4.0 - 3.0 * u * u * (1.0 + v)) / 6.0,
        (4.0 - 3.0 * v * v * (1.0 + u)) / 6.0,
        u * u * u / 6.0,
    )
    noise = np.zeros((channels, len(t)))
    for offset, weight in enumerate(weights):
        noise += knots[:, first + offset] * weight
    return noise


def fade(t: FloatArray, duration_s: float, ramp_s: float = 1.0) -> FloatArray:
    """Window that rises from 0 to 1 at the start and falls to 0 at the end, of a third each at most."""
    ramp_s = min(ramp_s, duration_s / 3)
    return minimum_jerk(t / ramp_s) * minimum_jerk((duration_s - t) / ramp_s)


def schedule(
    rng: np.random.Generator, duration_s: float, *, move_s: Range, hold_s: Range
) -> tuple[FloatArray, FloatArray]:
    """Start and end of an even number of moves, with holds between them, that fit into a time."""
    spans: list[Range] = []
    time_s = 0.0
    while time_s + move_s[1] <= duration_s:
        end_s = time_s + rng.uniform(*move_s)
        spans.append((time_s, end_s))
        time_s = end_s + rng.uniform(*hold_s)
    spans = spans[: len(spans) // 2 * 2] or [(0.0, duration_s / 2), (duration_s / 2, duration_s)]
    starts, ends = np.array(spans).T
    return starts, ends


# ---------------------------------------------------------------------------------------------
# circles


@dataclass(frozen=True, slots=True, eq=False)
class CircleShape:
    """What a set of circles looks like, whatever its timing.

    Attributes
    ----------
    sign : float
        +1 for forward circles (back first), -1 for backward ones.
    elevation_deg, protraction_deg : (reps,) array
        Range of each circle, deg, peak to peak.
    rest_level : float
        Where between the lowest (0) and the highest (1) position the relaxed shoulder is.
    """

    sign: float
    elevation_deg: FloatArray
    protraction_deg: FloatArray
    rest_level: float

    def sink_deg(self, cycles: FloatArray) -> FloatArray:
        """How far below the relaxed position the circles reach, deg, after some circles.

        A set leaves from the relaxed position and comes back to it, so the first circle sinks to the
        lowest range on its way up and the last one leaves it on its way down.
        """
        depth_deg = self.rest_level * float(self.elevation_deg.mean())
        return depth_deg * minimum_jerk(2.0 * cycles) * minimum_jerk(2.0 * (len(self.elevation_deg) - cycles))


@dataclass(frozen=True, slots=True, eq=False)
class FluidCircles:
    """Circles that run into each other, at rest only before the first and after the last.

    Attributes
    ----------
    edges_s : (reps + 1,) array
        When the path is at the bottom, s from the start of the set.
    rates_hz : (reps + 1,) array
        Phase speed there, circles a second.
    unevenness : (2, 2) array
        Amplitude and phase, rad, of the first two harmonics of the phase within a circle.
    tilt, skew, flatness : float
        Departures from an ellipse: protraction that comes with elevation, and second harmonics of
        protraction and elevation, as shares of the range.
    bottoms_deg : (2, reps + 1) array
        Elevation and protraction of each bottom, deg.
    """

    shape: CircleShape
    edges_s: FloatArray
    rates_hz: FloatArray
    unevenness: FloatArray
    tilt: float
    skew: float
    flatness: float
    bottoms_deg: FloatArray

    @property
    def duration_s(self) -> float:
        """Length of the set, s."""
        return float(self.edges_s[-1])

    @property
    def bottoms_s(self) -> FloatArray:
        """Start of the first circle, where one ends and the next one starts, end of the last, s; (reps + 1,)."""
        return self.edges_s

    def cycles(self, t: FloatArray) -> FloatArray:
        """Circles done at each time: quintic Hermite pieces, without phase acceleration at the bottoms."""
        lengths = np.diff(self.edges_s)
        circle = np.clip(np.searchsorted(self.edges_s, t, side="right") - 1, 0, len(lengths) - 1)
        u = np.clip((t - self.edges_s[circle]) / lengths[circle], 0.0, 1.0)
        u3 = u * u * u
        entry = self.rates_hz[circle] * lengths[circle] * (u + u3 * (-6.0 + u * (8.0 - 3.0 * u)))
        leave = self.rates_hz[circle + 1] * lengths[circle] * u3 * (-4.0 + u * (7.0 - 3.0 * u))
        return circle + minimum_jerk(u) + entry + leave

    def path(self, t: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Elevation and protraction at each time, deg."""
        cycles = self.cycles(t)
        phase = angle = 2.0 * np.pi * cycles
        for harmonic, (amplitude, offset) in enumerate(self.unevenness, start=1):
            angle = angle + amplitude * (np.sin(harmonic * phase + offset) - np.sin(offset))
        sine, cosine = np.sin(angle), np.cos(angle)
        reps = len(self.edges_s) - 1
        bottoms = np.arange(reps + 1, dtype=np.float64)
        middles = bottoms[:-1] + 0.5
        elevation, protraction = (
            0.5 * glide(cycles, middles[:-1], middles[1:], ranges_deg)
            for ranges_deg in (self.shape.elevation_deg, self.shape.protraction_deg)
        )
        elevation *= 1.0 - cosine + self.flatness * 2.0 * sine * sine
        protraction *= -self.shape.sign * (sine + self.skew * 2.0 * sine * cosine) + self.tilt * (1.0 - cosine)
        elevation += glide(cycles, bottoms[:-1], bottoms[1:], self.bottoms_deg[0]) - self.shape.sink_deg(cycles)
        protraction += glide(cycles, bottoms[:-1], bottoms[1:], self.bottoms_deg[1])
        return elevation, protraction


@dataclass(frozen=True, slots=True, eq=False)
class SeparateCircles:
    """Circles of four straight moves each, with a dwell at each of the four positions.

    Attributes
    ----------
    starts_s, ends_s : (4 * reps,) array
        Of the moves, s from the start of the set.
    levels : (4,) array
        Elevation of the four positions, as shares of the range.
    """

    shape: CircleShape
    starts_s: FloatArray
    ends_s: FloatArray
    levels: FloatArray

    @property
    def duration_s(self) -> float:
        """Length of the set, s: the dwell after its last move is the rest."""
        return float(self.ends_s[-1])

    @property
    def bottoms_s(self) -> FloatArray:
        """Start of the first circle, the middle of each dwell at the bottom, end of the last, s; (reps + 1,)."""
        middles_s = 0.5 * (self.ends_s[3:-1:4] + self.starts_s[4::4])
        return np.concatenate([self.starts_s[:1], middles_s, self.ends_s[-1:]])

    def path(self, t: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Elevation and protraction at each time, deg."""
        sides = -self.shape.sign * np.array([0.5, 0.0, -0.5, 0.0])
        elevation = np.concatenate([[0.0], np.outer(self.shape.elevation_deg, self.levels).ravel()])
        protraction = np.concatenate([[0.0], np.outer(self.shape.protraction_deg, sides).ravel()])
        elevation -= self.shape.sink_deg(np.arange(len(elevation)) / 4)
        return (
            glide(t, self.starts_s, self.ends_s, elevation),
            glide(t, self.starts_s, self.ends_s, protraction),
        )


def circle_spans_s(
    circles: FluidCircles | SeparateCircles, *, from_rest: bool = True, to_rest: bool = True
) -> list[Range]:
    """Tell where each circle of a set starts and ends, s from the start of the set.

    Within a set one circle ends, and the next one starts, at the bottom; where the shoulder dwells there, in the
    middle of the dwell. Where a set leaves from rest or comes to rest, `AT_REST_SHARE` tells the edge.
    """
    edges_s = circles.bottoms_s.tolist()
    if from_rest:
        edges_s[0] = _left_rest_s(circles, edges_s[0], edges_s[1], 0)
    if to_rest:
        edges_s[-1] = _left_rest_s(circles, edges_s[-1], edges_s[-2], -1)
    return list(pairwise(edges_s))


def _left_rest_s(circles: FluidCircles | SeparateCircles, rest_s: float, other_s: float, rep: int) -> float:
    """When a circle has left the rest at one end, seen from there towards its other end, which may be earlier."""
    t = np.linspace(rest_s, other_s, _LOOKS)
    path_deg = np.stack(circles.path(t))
    ranges_deg = np.array([circles.shape.elevation_deg[rep], circles.shape.protraction_deg[rep]])
    least_deg = AT_REST_SHARE * ranges_deg[:, np.newaxis]
    away = (np.abs(path_deg - path_deg[:, :1]) > least_deg).any(axis=0)
    return float(t[away.argmax()])  # that of the rest where the circle is none, and has no range


def draw_circles(
    rng: np.random.Generator,
    *,
    reps: int,
    forward: bool,
    separate: bool,
    period_s: float,
    elevation_deg: float,
    protraction_deg: float,
    period_cv: float,
    amplitude_cv: float,
    tempo_drift: float,
    rest_level: float,
    unevenness: float,
    distortion: float,
) -> FluidCircles | SeparateCircles:
    """Draw one set of circles."""
    drift = tempo_drift * (np.linspace(-0.5, 0.5, reps) if reps > 1 else np.zeros(1))
    lengths_s = period_s * (1.0 + drift) * _spread(rng, reps, period_cv)
    # Elevation and protraction of a circle grow and shrink together, with a correlation of one half.
    common, *own = (_spread(rng, reps, amplitude_cv * np.sqrt(0.5)) for _ in range(3))
    shape = CircleShape(
        sign=1.0 if forward else -1.0,
        elevation_deg=elevation_deg * common * own[0],
        protraction_deg=protraction_deg * common * own[1],
        rest_level=rest_level,
    )
    if separate:
        dwell_share = rng.uniform(0.2, 0.5)
        moves = rng.uniform(0.7, 1.3, (reps, 4))
        dwells = rng.uniform(0.5, 1.5, (reps, 4))
        moves *= ((1.0 - dwell_share) * lengths_s / moves.sum(axis=1))[:, None]
        dwells *= (dwell_share * lengths_s / dwells.sum(axis=1))[:, None]
        ends_s = np.cumsum(np.stack([moves, dwells], axis=-1).ravel())
        side_level = 0.5 * np.clip(1.0 + 3.0 * distortion * rng.standard_normal(2), 0.5, 1.5)
        return SeparateCircles(
            shape=shape,
            starts_s=np.concatenate([[0.0], ends_s[1:-1:2]]),
            ends_s=ends_s[::2],
            levels=np.array([side_level[0], 1.0, side_level[1], 0.0]),
        )
    rates_hz = np.concatenate([[0.0], 2.0 / (lengths_s[:-1] + lengths_s[1:]), [0.0]])
    lengths_s[[0, -1]] *= 1.2  # they start from, or end at, rest
    bottoms_deg = 0.5 * distortion * rng.standard_normal((2, reps + 1))
    bottoms_deg *= np.array([[elevation_deg], [protraction_deg]])
    bottoms_deg[:, [0, -1]] = 0.0
    tilt, skew, flatness = np.clip(rng.standard_normal(3), -2.0, 2.0) * distortion
    return FluidCircles(
        shape=shape,
        edges_s=np.concatenate([[0.0], np.cumsum(lengths_s)]),
        rates_hz=rates_hz,
        unevenness=np.stack(
            [unevenness * rng.uniform(0.3, 1.0, 2) / (1, 3), rng.uniform(0, 2 * np.pi, 2)], axis=1
        ),
        tilt=2.0 * float(tilt),
        skew=float(skew),
        flatness=0.5 * float(flatness),
        bottoms_deg=bottoms_deg,
    )


def _spread(rng: np.random.Generator, n: int, cv: float) -> FloatArray:
    return np.maximum(1.0 + cv * np.clip(rng.standard_normal(n), -2.5, 2.5), 0.2)


# ---------------------------------------------------------------------------------------------
# other movement


def standing(rng: np.random.Generator, t: FloatArray, duration_s: float) -> Pose:
    """Quiet stance with a shift of weight every ten to thirty seconds."""
    pose = Pose.still(len(t))
    if duration_s < 10.0:
        return pose
    starts, ends = schedule(rng, duration_s, move_s=(1.0, 2.0), hold_s=(9.0, 28.0))
    shift = glide(t, starts, ends, _targets(rng, len(starts), (-1.0, 1.0)))
    pose.pelvis_m[1] = 0.03 * shift
    pose.roll_deg = 1.5 * shift
    pose.yaw_deg = 1.0 * shift
    return pose


def walking(rng: np.random.Generator, t: FloatArray, duration_s: float) -> Pose:
    """Walk at 1.6 to 2.2 steps a second, with turns of a quarter to a half.

    The trunk rises and falls with 2 to 3 m/s² at each step and turns about 5° at each stride.
    """
    pose = Pose.still(len(t))
    window = fade(t, duration_s, 1.5)
    step_hz = rng.uniform(1.6, 2.2)
    stride = np.pi * (step_hz * t + 0.1 * smooth_noise(rng, t, duration_s, knot_s=2.0, channels=1)[0])
    step = 2.0 * stride
    rise_mps2, surge_mps2 = rng.uniform(2.0, 3.0), rng.uniform(0.5, 1.2)
    turn_start, turn_end = schedule(rng, duration_s, move_s=(1.2, 2.5), hold_s=(4.0, 15.0))
    turn_deg = np.cumsum(np.concatenate([[0.0], rng.choice([-1, 1], len(turn_start)) * rng.uniform(60, 180)]))
    heading_deg = glide(t, turn_start, turn_end, turn_deg) if duration_s > 8.0 else np.zeros(len(t))
    heading = np.radians(heading_deg)
    cosine, sine = np.cos(heading), np.sin(heading)
    forward_mps = rng.uniform(1.0, 1.4) * window
    speed = np.stack([forward_mps * cosine, forward_mps * sine])
    spacing_s = np.diff(t, prepend=t[:1])
    pose.pelvis_m[:2] = np.cumsum(speed * spacing_s, axis=1)
    along = surge_mps2 / (2 * np.pi * step_hz) ** 2 * window * np.sin(step + rng.uniform(0, 2 * np.pi))
    across = rng.uniform(0.01, 0.025) * window * np.sin(stride + rng.uniform(0, 2 * np.pi))
    pose.pelvis_m[0] += along * cosine - across * sine
    pose.pelvis_m[1] += along * sine + across * cosine
    pose.pelvis_m[2] = (
        rise_mps2 / (2 * np.pi * step_hz) ** 2 * window * (np.sin(step) + 0.1 * np.sin(2 * step + 1))
    )
    yaw, roll, pitch, protraction, elevation = rng.uniform((3, 1.5, 0.8, 1, 0.5), (7, 3.5, 2.0, 4, 2))
    phases = rng.uniform(0, 2 * np.pi, 4)
    pose.yaw_deg = heading_deg + yaw * window * np.sin(stride)
    pose.roll_deg = roll * window * np.sin(stride + phases[0])
    pose.pitch_deg = window * (2.0 + pitch * np.sin(step + phases[1]))
    pose.protraction_deg = protraction * window * np.sin(stride + phases[2])
    pose.elevation_deg = elevation * window * np.sin(step + phases[3])
    return pose


def arm_swings(rng: np.random.Generator, t: FloatArray, duration_s: float) -> Pose:
    """Arms swung to the front and the back, with the reaction of the trunk."""
    pose = Pose.still(len(t))
    window = fade(t, duration_s)
    swing_hz = rng.uniform(0.5, 1.0)
    phase = 2 * np.pi * (swing_hz * t + 0.08 * smooth_noise(rng, t, duration_s, knot_s=2.0, channels=1)[0])
    yaw, pitch, protraction, elevation = rng.uniform((2, 0.5, 2, 1), (8, 2, 5, 4))
    lag, lag_elevation = rng.normal(0, 0.3, 2)
    swing = np.sin(phase)
    pose.protraction_deg = protraction * window * swing
    pose.elevation_deg = elevation * window * (0.5 + 0.5 * np.sin(phase + lag_elevation))
    pose.yaw_deg = yaw * rng.choice([-1, 1]) * window * np.sin(phase + lag)
    pose.pitch_deg = pitch * window * np.sin(phase + np.pi + lag)
    return pose


def shrugs(rng: np.random.Generator, t: FloatArray, duration_s: float) -> Pose:
    """Shoulders lifted and dropped, irregularly, every 1.5 to 3 s."""
    pose = Pose.still(len(t))
    starts, ends = schedule(rng, duration_s, move_s=(0.5, 1.0), hold_s=(0.1, 0.7))
    heights_deg = _targets(rng, len(starts), (14.0, 26.0), home=True)
    share = rng.normal(0.0, 0.08, len(heights_deg))
    pose.elevation_deg = glide(t, starts, ends, heights_deg)
    pose.protraction_deg = glide(t, starts, ends, heights_deg * share)
    return pose


def squeezes(rng: np.random.Generator, t: FloatArray, duration_s: float) -> Pose:
    """Shoulder blades squeezed together and let go, now and then reached apart."""
    pose = Pose.still(len(t))
    starts, ends = schedule(rng, duration_s, move_s=(0.5, 1.2), hold_s=(0.1, 1.2))
    reach_deg = _targets(rng, len(starts), (8.0, 16.0), home=True)
    reach_deg *= np.where(rng.random(len(reach_deg)) < 0.25, 0.7, -1.0)
    share = rng.normal(0.0, 0.1, len(reach_deg))
    pose.protraction_deg = glide(t, starts, ends, reach_deg)
    pose.elevation_deg = glide(t, starts, ends, reach_deg * share)
    return pose


def twists(rng: np.random.Generator, t: FloatArray, duration_s: float) -> Pose:
    """Trunk turned 30 to 50° to either side, in turns."""
    pose = Pose.still(len(t))
    starts, ends = schedule(rng, duration_s, move_s=(1.0, 2.2), hold_s=(0.05, 0.8))
    yaw_deg = _targets(rng, len(starts), (30.0, 50.0))
    yaw_deg[1::2] *= -1.0
    yaw_deg[-1] = 0.0
    pose.yaw_deg = glide(t, starts, ends, yaw_deg)
    pose.roll_deg = glide(t, starts, ends, yaw_deg * rng.normal(0.0, 0.06, len(yaw_deg)))
    pose.pitch_deg = glide(t, starts, ends, np.abs(yaw_deg) * rng.uniform(0.0, 0.1))
    pose.protraction_deg = glide(t, starts, ends, yaw_deg * rng.normal(0.0, 0.05))
    return pose


def bows(rng: np.random.Generator, t: FloatArray, duration_s: float) -> Pose:
    """Trunk bowed 30 to 70° to the front, and raised again."""
    pose = Pose.still(len(t))
    starts, ends = schedule(rng, duration_s, move_s=(1.2, 2.5), hold_s=(0.1, 1.5))
    pitch_deg = _targets(rng, len(starts), (30.0, 70.0), home=True)
    pose.pitch_deg = glide(t, starts, ends, pitch_deg)
    pose.roll_deg = glide(t, starts, ends, pitch_deg * rng.normal(0.0, 0.04, len(pitch_deg)))
    pose.protraction_deg = glide(t, starts, ends, pitch_deg * rng.uniform(0.0, 0.12))  # the arms hang
    pose.pelvis_m[0] = glide(t, starts, ends, pitch_deg * -0.002)
    return pose


def sitting(rng: np.random.Generator, t: FloatArray, duration_s: float) -> Pose:
    """Sitting down, a new posture every few seconds, standing up."""
    pose = Pose.still(len(t))
    seat_s = min(2.0, duration_s / 4)
    down = minimum_jerk(t / seat_s) * minimum_jerk((duration_s - t) / seat_s)
    depth = min(1.0, (seat_s / 1.2) ** 2)  # nobody drops onto the seat, however short the time
    pose.pelvis_m[2] = -0.45 * depth * down
    pose.pelvis_m[0] = -0.25 * depth * down
    # Sitting down and rising both take a bow.
    pose.pitch_deg = rng.uniform(25, 45) * depth * 4.0 * down * (1.0 - down)
    seated = fade(t, duration_s, 1.5 * seat_s)
    starts, ends = schedule(rng, duration_s, move_s=(0.8, 3.0), hold_s=(0.3, 9.0))
    ranges_deg = {"pitch_deg": 12, "roll_deg": 7, "yaw_deg": 18, "protraction_deg": 6, "elevation_deg": 4}
    restless = smooth_noise(rng, t, duration_s, knot_s=0.8, channels=len(ranges_deg))
    for (name, range_deg), noise in zip(ranges_deg.items(), restless, strict=True):
        posture_deg = range_deg * _targets(rng, len(starts), (-1.0, 1.0))
        signal = getattr(pose, name)
        signal += seated * (glide(t, starts, ends, posture_deg) + 0.06 * range_deg * noise)
    return pose


def fidgeting(rng: np.random.Generator, t: FloatArray, duration_s: float) -> Pose:
    """Irregular smooth movement between 0.1 and 1 Hz, in all coordinates."""
    pose = Pose.still(len(t))
    window = fade(t, duration_s)
    ranges_deg = {"pitch_deg": 6, "roll_deg": 4, "yaw_deg": 12, "protraction_deg": 5, "elevation_deg": 5}
    slow = smooth_noise(rng, t, duration_s, knot_s=1.6, channels=len(ranges_deg))
    fast = smooth_noise(rng, t, duration_s, knot_s=0.5, channels=len(ranges_deg))
    for (name, range_deg), signal in zip(ranges_deg.items(), 0.9 * slow + 0.4 * fast, strict=True):
        setattr(pose, name, range_deg * rng.uniform(0.5, 1.2) * window * signal)
    pose.elevation_deg = pose.elevation_deg + 2.0 * window  # a shoulder rises more than it sinks
    return pose


def handling(rng: np.random.Generator, t: FloatArray, duration_s: float) -> Pose:
    """Clip in the hand: turned any way, moved about, and knocked."""
    pose = Pose.still(len(t))
    window = fade(t, duration_s, 0.8)
    pose.turn_rad = 0.9 * window * smooth_noise(rng, t, duration_s, knot_s=0.5, channels=3)
    pose.pelvis_m = 0.1 * window * smooth_noise(rng, t, duration_s, knot_s=0.4, channels=3)
    for _ in range(rng.poisson(0.7 * duration_s)):
        direction = rng.standard_normal(3)
        direction *= rng.uniform(5.0, 50.0) / np.linalg.norm(direction)
        at_s, width_s = rng.uniform(0.1, 0.9) * duration_s, rng.uniform(0.008, 0.03)
        near = slice(*np.searchsorted(t, (at_s - 4 * width_s, at_s + 4 * width_s)))
        pose.knock_mps2[:, near] += np.outer(direction, np.exp(-(((t[near] - at_s) / width_s) ** 2)))
    return pose


def _targets(rng: np.random.Generator, moves: int, extent: Range, *, home: bool = False) -> FloatArray:
    """Where each move goes, from 0 and at last back to 0; with `home` every other move goes to 0."""
    targets = rng.uniform(*extent, moves + 1)
    targets[[0, -1]] = 0.0
    if home:
        targets[::2] = 0.0
    return targets
