"""From a script to samples: the motion of the shoulder girdle and the trunk, and what a clip on it measures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from imucount.errors import SimulationError
from imucount.samples import FloatArray, Samples
from imucount.sets import Side
from imucount.simulate.blade import blade_turn_rad
from imucount.simulate.memory import check_memory
from imucount.simulate.movements import (
    FluidCircles,
    Pose,
    SeparateCircles,
    circle_spans_s,
    draw_circles,
    minimum_jerk,
    smooth_noise,
)
from imucount.simulate.quaternions import about, conjugate, exp, from_matrix, log, multiply, rotate
from imucount.simulate.readings import arrived_of, measured
from imucount.simulate.repertoire import MOVEMENTS
from imucount.simulate.script import Attitude, Circles, Clip, Movement, Part, Reclip, Wear, Wearer
from imucount.simulate.skin import cloth, spring
from imucount.simulate.strokes import Strokes, draw_strokes

__all__ = ["Simulation", "TrueRep", "TrueSet", "simulate"]

GRAVITY_MPS2 = 9.81
PHYSICS_RATE_HZ = 400.0  # at least: motion is differentiated at this rate
HIP_HEIGHT_M = 0.9  # above the ankles, about which a standing body sways
STERNUM_M = (0.06, 0.02, 0.42)  # sternoclavicular joint from the hips: forward, to its side, up
CLAVICLE_RETRACTION_DEG = 20.0  # of the relaxed clavicle
CLAVICLE_ELEVATION_DEG = 8.0


@dataclass(frozen=True, slots=True)
class TrueRep:
    """A circle that was made.

    Attributes
    ----------
    start_s, end_s : float
        s, on the clip's clock, as those of `imucount.Rep`: at the bottom, or in the middle of a dwell there. The
        first circle after a rest starts when elevation or protraction has gone 5 % of its range, the last one
        before a rest ends when both are within 5 % of where they come to rest; of the girdle alone.
    direction : {"forward", "backward"}
    elevation_deg, protraction_deg : float
        Range of the clip's rotation about the elevation axis and about the vertical, deg, peak to peak,
        from the girdle alone: sway, breathing and wobble left out.
    """

    start_s: float
    end_s: float
    direction: Literal["forward", "backward"]
    elevation_deg: float
    protraction_deg: float

    @property
    def duration_s(self) -> float:
        """Length of the circle, s."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class TrueSet:
    """Circles of one direction that were made without a rest in between."""

    reps: tuple[TrueRep, ...]

    @property
    def start_s(self) -> float:
        """Start of the first circle, s."""
        return self.reps[0].start_s

    @property
    def end_s(self) -> float:
        """End of the last circle, s."""
        return self.reps[-1].end_s

    @property
    def direction(self) -> Literal["forward", "backward"]:
        """Direction that all its circles share."""
        return self.reps[0].direction


@dataclass(frozen=True, slots=True, eq=False)
class Simulation:
    """Samples, and the truth about them.

    Attributes
    ----------
    samples : Samples
        What arrived.
    side : {"left", "right"}
    reps : tuple of TrueRep
    sets : tuple of TrueSet
        The same reps. `Circles` that follow each other at once in one direction are one set.
    elevation_deg, protraction_deg : (n,) array, deg
        Rotation of the clip by the girdle, at the samples' times: about the elevation axis and about the
        vertical, 0 for the relaxed shoulder; up and forward are positive.
    quat : (n, 4) array
        Orientation (w, x, y, z) of the sensor at the samples' times, sensor to earth, z up.
    position_m : (n, 3) array, m
        Where the clip is, in the same earth frame.
    """

    samples: Samples
    side: Side
    reps: tuple[TrueRep, ...]
    sets: tuple[TrueSet, ...]
    elevation_deg: FloatArray
    protraction_deg: FloatArray
    quat: FloatArray
    position_m: FloatArray


def simulate(
    script: Sequence[Part], *, wearer: Wearer | None = None, clip: Clip | None = None, seed: int = 0
) -> Simulation:
    """Perform a script.

    Parameters
    ----------
    script : sequence of Circles, Movement and Reclip
        Performed one after the other, without pauses of its own.
    wearer : Wearer, optional
    clip : Clip, optional
    seed : int, default 0
        The same script, wearer, clip and seed give the same bits. The wearer moves the same way
        whatever the clip, and makes a part the same way whatever parts follow; only sway, breathing
        and posture are drawn anew for another script.

    Returns
    -------
    Simulation

    Raises
    ------
    SimulationError
        If the script is empty, or has something else in it, or `seed` is not a whole number from 0.

    Notes
    -----
    Left out: humeral motion, translation of the clip on the skin, the low-pass filter of a sensor, bias
    that drifts with temperature, sensitivity of the gyroscope to acceleration, jitter of time stamps.

    Examples
    --------
    >>> simulation = simulate([Movement("standing", 3), Circles(5, "backward"), Movement("standing", 3)])
    >>> len(simulation.reps), simulation.sets[0].direction
    (5, 'backward')
    """
    wearer = Wearer() if wearer is None else wearer
    clip = Clip() if clip is None else clip
    if not isinstance(script, Sequence) or not script:
        raise SimulationError(f"script must be a sequence of at least one part, got {script!r:.100}")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise SimulationError(f"seed must be a whole number from 0, got {seed!r}")
    background_seed, clip_seed, *part_seeds = np.random.SeedSequence(seed).spawn(2 + len(script))
    performance = _perform(script, wearer, [np.random.default_rng(each) for each in part_seeds])

    oversampling = max(math.ceil(PHYSICS_RATE_HZ / clip.sampling_rate_hz), 2)
    step_s = 1.0 / (clip.sampling_rate_hz * (1.0 + clip.clock_error) * oversampling)
    n = int(performance.duration_s / (step_s * oversampling) + 1e-9) + 1
    check_memory(n * oversampling, performance.duration_s, clip.sampling_rate_hz)
    at_samples = slice(1, None, oversampling)
    # One step more on either end, for the differences there.
    t: FloatArray = step_s * np.arange(-1.0, (n - 1) * oversampling + 2)
    pose = performance.pose(t)
    pose.add(0, len(t), _background(np.random.default_rng(background_seed), wearer, t, performance.duration_s))
    girdle_deg = np.stack([pose.elevation_deg, pose.protraction_deg])
    clip_rng = np.random.default_rng(clip_seed)
    mounts = _draw_mounts(clip_rng, clip.mount, len(performance.reclips_s))
    pose.turn_rad += _wobble_rad(clip_rng, clip, girdle_deg, pose, t, performance.duration_s)

    carried = None if clip.wear is None else _carried(wearer, clip, clip.wear, girdle_deg, pose, step_s)
    trunk = multiply(about("z", pose.yaw_deg), multiply(about("y", pose.pitch_deg), about("x", pose.roll_deg)))
    turn_rad, place_m = (
        carried
        if carried is not None
        else (_skin_turn_rad(wearer, clip, girdle_deg), _clip_place_m(wearer, girdle_deg))
    )
    skin = exp(pose.turn_rad + turn_rad)
    quat = multiply(multiply(trunk, skin), _mount_at(t, mounts, performance.reclips_s))
    position_m = pose.pelvis_m + rotate(trunk, place_m)

    acceleration = (position_m[:, 2:] - 2.0 * position_m[:, 1:-1] + position_m[:, :-2]) / step_s**2
    force = acceleration[:, ::oversampling] + pose.knock_mps2[:, at_samples]
    force[2] += GRAVITY_MPS2
    before, after = quat[:, :-2:oversampling], quat[:, 2::oversampling]
    quat, position_m = quat[:, at_samples][:, :n], position_m[:, at_samples][:, :n]
    rate = log(multiply(conjugate(before), after)) / (2.0 * step_s)

    acc, gyr = measured(clip_rng, clip, rotate(conjugate(quat), force).T, rate.T)
    t_clip = np.arange(n) / clip.sampling_rate_hz
    arrived = arrived_of(clip_rng, clip, t_clip)
    elevation_deg, yaw_deg = _seen_deg(clip, girdle_deg)[:, at_samples][:, :n]
    sets = performance.true_sets(clip)
    return Simulation(
        samples=Samples(t_clip[arrived], acc[arrived], gyr[arrived] if clip.gyroscope else None),
        side=wearer.side,
        reps=tuple(rep for each in sets for rep in each.reps),
        sets=sets,
        elevation_deg=elevation_deg[arrived],
        protraction_deg=yaw_deg[arrived],
        quat=np.ascontiguousarray(quat.T[arrived]),
        position_m=np.ascontiguousarray(position_m.T[arrived]),
    )


# ---------------------------------------------------------------------------------------------
# the wearer


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """One part of a script, with its place in time."""

    part: Part
    start_s: float
    duration_s: float
    circles: FluidCircles | SeparateCircles | Strokes | None
    rng: np.random.Generator


@dataclass(frozen=True, slots=True, eq=False)
class _Performance:
    """A script of which every length is drawn."""

    scenes: tuple[_Scene, ...]
    mirror: float

    @property
    def duration_s(self) -> float:
        return self.scenes[-1].start_s + self.scenes[-1].duration_s

    @property
    def reclips_s(self) -> list[tuple[float, float]]:
        """Start and duration of each change of mount."""
        return [(scene.start_s, scene.duration_s) for scene in self.scenes if isinstance(scene.part, Reclip)]

    def pose(self, t: FloatArray) -> Pose:
        """Pose at each time; draws the movements, so it can be asked once."""
        pose = Pose.still(len(t))
        for scene in self.scenes:
            start, stop = np.searchsorted(t, [scene.start_s, scene.start_s + scene.duration_s])
            local_s = t[start:stop] - scene.start_s
            if scene.circles is not None:
                moved = Pose.still(len(local_s))
                moved.elevation_deg, moved.protraction_deg = scene.circles.path(local_s)
                if isinstance(scene.circles, Strokes):
                    self._move_along(moved, scene.circles)
            else:
                kind = scene.part.kind if isinstance(scene.part, Movement) else "handling"
                moved = MOVEMENTS[kind](scene.rng, local_s, scene.duration_s)
            pose.add(start, stop, moved)
        return pose

    def _move_along(self, pose: Pose, strokes: Strokes) -> None:
        """Turn and lean the trunk, and swing the arms, with the circles."""
        height = pose.elevation_deg / strokes.range_deg[0]  # 0 to 1
        ahead = pose.protraction_deg / (0.5 * strokes.range_deg[1])  # -1 to 1
        manner = strokes.manner
        pose.yaw_deg = self.mirror * 0.5 * manner.turn_deg * ahead
        pose.roll_deg = self.mirror * -manner.lean_deg * height
        pose.pitch_deg = -0.5 * manner.lean_deg * height
        pose.arm_deg = np.maximum(manner.arms_deg * height, 0.0)

    def true_sets(self, clip: Clip) -> tuple[TrueSet, ...]:
        """Tell what a perfect counter would report."""
        sets: list[TrueSet] = []
        rested = True
        for scene, following in zip(self.scenes, [*self.scenes[1:], None]):
            if scene.circles is None or not isinstance(scene.part, Circles):
                rested = True
                continue
            rests = following is None or following.circles is None
            if isinstance(scene.circles, Strokes):
                spans_s = np.array(scene.circles.spans_s)
            else:
                spans_s = np.array(circle_spans_s(scene.circles, from_rest=rested, to_rest=rests))
            path_deg = np.stack(scene.circles.path(np.linspace(spans_s[:, 0], spans_s[:, 1], 200, axis=1).ravel()))
            elevation_deg, yaw_deg = _seen_deg(clip, path_deg).reshape(2, -1, 200)
            reps = [
                TrueRep(start_s, end_s, scene.part.direction, elevation, protraction)
                for (start_s, end_s), elevation, protraction in zip(
                    ((scene.start_s + spans_s) * (1.0 + clip.clock_error)).tolist(),
                    np.ptp(elevation_deg, axis=1).tolist(),
                    np.ptp(yaw_deg, axis=1).tolist(),
                    strict=True,
                )
            ]
            if sets and not rested and sets[-1].direction == scene.part.direction:
                sets[-1] = TrueSet((*sets[-1].reps, *reps))
            else:
                sets.append(TrueSet(tuple(reps)))
            rested = False
        return tuple(sets)


def _perform(script: Sequence[Part], wearer: Wearer, rngs: Sequence[np.random.Generator]) -> _Performance:
    scenes = []
    start_s = 0.0
    for part, rng in zip(script, rngs, strict=True):
        circles: FluidCircles | SeparateCircles | Strokes | None = None
        match part:
            case Circles(manner=manner) if manner is not None:
                circles = draw_strokes(rng, part, manner, wearer)
                duration_s = circles.duration_s
            case Circles():
                circles = draw_circles(
                    rng,
                    reps=part.reps,
                    forward=part.direction == "forward",
                    separate=part.separate,
                    period_s=part.period_s,
                    elevation_deg=part.elevation_deg,
                    protraction_deg=part.protraction_deg,
                    period_cv=wearer.period_cv,
                    amplitude_cv=wearer.amplitude_cv,
                    tempo_drift=wearer.tempo_drift,
                    rest_level=wearer.rest_level,
                    unevenness=wearer.unevenness,
                    distortion=wearer.distortion,
                )
                duration_s = circles.duration_s
            case Movement():
                duration_s = part.duration_s
            case Reclip():
                duration_s = rng.uniform(4.0, 8.0)
            case _:
                raise SimulationError(f"a script consists of Circles, Movement and Reclip, got {part!r}")
        scenes.append(_Scene(part, start_s, duration_s, circles, rng))
        start_s += duration_s
    return _Performance(tuple(scenes), _mirror(wearer))


def _background(rng: np.random.Generator, wearer: Wearer, t: FloatArray, duration_s: float) -> Pose:
    """Sway, breathing and slow change of posture, which go on all the time."""
    pose = Pose.still(len(t))
    # Quiet stance sways at 0.2 to 0.5 Hz and, about as much, more slowly.
    sway_deg = smooth_noise(rng, t, duration_s, knot_s=0.8, channels=3)
    sway_deg += smooth_noise(rng, t, duration_s, knot_s=4.0, channels=3)
    sway_deg *= wearer.sway_deg * math.sqrt(0.5)
    drift_deg = wearer.posture_drift_deg * smooth_noise(rng, t, duration_s, knot_s=25.0, channels=5)
    pose.roll_deg, pose.pitch_deg, pose.yaw_deg = sway_deg + drift_deg[:3]
    pose.pelvis_m[0] = HIP_HEIGHT_M * np.radians(sway_deg[1])
    pose.pelvis_m[1] = -HIP_HEIGHT_M * np.radians(sway_deg[0])
    breaths_hz = rng.uniform(0.2, 0.3)
    breaths = breaths_hz * t + 0.2 * smooth_noise(rng, t, duration_s, knot_s=6.0, channels=1)[0]
    breath = np.sin(2.0 * np.pi * (breaths + rng.uniform()))
    pose.pitch_deg -= 0.2 * wearer.breathing_deg * breath
    pose.elevation_deg = 0.5 * wearer.breathing_deg * breath + 0.5 * drift_deg[3]
    pose.protraction_deg = -0.15 * wearer.breathing_deg * breath + 0.5 * drift_deg[4]
    return pose


def _mirror(wearer: Wearer) -> float:
    return 1.0 if wearer.side == "right" else -1.0


def _clip_place_m(wearer: Wearer, girdle_deg: FloatArray) -> FloatArray:
    """Where the clip is, from the hips, in the frame of the trunk, m."""
    mirror = _mirror(wearer)
    elevation, protraction = np.radians(girdle_deg)
    clavicle = exp(np.stack([-mirror * elevation, np.zeros_like(elevation), mirror * protraction]))
    back, up = math.radians(CLAVICLE_RETRACTION_DEG), math.radians(CLAVICLE_ELEVATION_DEG)
    lever_m = (wearer.clavicle_m + wearer.beyond_clavicle_m) * np.array(
        [-math.sin(back) * math.cos(up), -mirror * math.cos(back) * math.cos(up), math.sin(up)]
    )
    sternum_m = np.array(STERNUM_M) * (1.0, -mirror, 1.0)
    return sternum_m[:, None] + rotate(clavicle, lever_m[:, None])


# ---------------------------------------------------------------------------------------------
# the clip


def _seen_deg(clip: Clip, girdle_deg: FloatArray) -> FloatArray:
    """Rotation of the clip about the elevation axis and about the vertical, deg."""
    elevation, protraction = girdle_deg
    return np.stack([clip.follow * elevation, clip.yaw_share * protraction + clip.yaw_from_elevation * elevation])


def _skin_turn_rad(wearer: Wearer, clip: Clip, girdle_deg: FloatArray) -> FloatArray:
    """Rotation vector of the skin under the clip against the trunk."""
    mirror = _mirror(wearer)
    elevation, yaw = np.radians(_seen_deg(clip, girdle_deg))
    return np.stack([-mirror * elevation, clip.pitch_coupling * np.radians(girdle_deg[1]), mirror * yaw])


PLACES_M = {"acromion": (0.0, 0.0, 0.015), "blade": (-0.045, 0.06, -0.005), "neck": (-0.02, 0.08, 0.03)}
"""From the acromion of the right shoulder: forward, to the left, up. The skin half-way to the neck goes with
neither bone nor as far as the acromion."""

NECK_FOLLOWS = 0.6
"""Share of the girdle's movement that skin half-way to the neck has."""


def _carried(
    wearer: Wearer, clip: Clip, wear: Wear, girdle_deg: FloatArray, pose: Pose, step_s: float
) -> tuple[FloatArray, FloatArray]:
    """Rotation vector of what carries the clip against the trunk, and where it is from the hips, m."""
    mirror = _mirror(wearer)
    flip = np.array([mirror, 1.0, mirror])[:, None]  # a mirror image turns the other way about x and z
    elevation, protraction = girdle_deg
    blade = blade_turn_rad(elevation, protraction, pose.arm_deg)
    clavicle = np.radians(np.stack([-elevation, np.zeros_like(elevation), protraction]))
    skin = wear.blade_share * blade + (1.0 - wear.blade_share) * clavicle
    skin[1] += clip.pitch_coupling * clavicle[2]
    skin[2] += clip.yaw_from_elevation * np.radians(elevation)
    skin *= np.array([clip.follow, clip.follow, clip.yaw_share])[:, None]
    to_side, to_front = np.radians(pose.neck_deg)
    if wear.neck_share:  # skin over the trapezius is drawn towards the head
        head = np.stack([mirror * to_side, to_front, 0.3 * mirror * to_side])
        skin = skin + wear.neck_share * head
    place = _clip_place_m(wearer, girdle_deg)
    offset = np.array(PLACES_M[wear.place]) * (1.0, mirror, 1.0)
    if wear.place == "neck":
        place = place[:, :1] + NECK_FOLLOWS * (place - place[:, :1]) + offset[:, None]
    else:
        place = place + rotate(exp(blade * flip), offset[:, None])
    turn = spring(skin * flip, step_s, wear.spring_hz, wear.damping)
    place = spring(place, step_s, 2.0 * wear.spring_hz, wear.damping)
    if wear.play_deg or wear.lag_s:
        turn = cloth(turn, step_s, math.radians(wear.play_deg), wear.lag_s)
        place = cloth(place, step_s, 0.0, 0.5 * wear.lag_s)
    return turn, place


def _wobble_rad(
    rng: np.random.Generator, clip: Clip, girdle_deg: FloatArray, pose: Pose, t: FloatArray, duration_s: float
) -> FloatArray:
    """Wobble of the strap, more of it the faster the shoulder turns."""
    turning_deg = np.concatenate([girdle_deg, [pose.pitch_deg, pose.roll_deg]])
    speed_dps = np.gradient(turning_deg, t, axis=1)
    squared = np.sum(speed_dps * speed_dps, axis=0)
    moving = squared / (squared + 15.0**2)
    noise = smooth_noise(rng, t, duration_s, knot_s=0.12, channels=3)
    noise += smooth_noise(rng, t, duration_s, knot_s=1.0, channels=3)
    wobble_rad: FloatArray = math.radians(clip.wobble_deg) * (0.25 + 0.75 * moving) * math.sqrt(0.5) * noise
    return wobble_rad


def _draw_mounts(rng: np.random.Generator, mount: Literal["any"] | Attitude, reclips: int) -> FloatArray:
    """Attitude of the clip at first and after each change, shape (reclips + 1, 4)."""
    quats: FloatArray = rng.standard_normal((reclips + 1, 4))
    quats /= np.linalg.norm(quats, axis=1, keepdims=True)
    if mount != "any":
        quats[0] = from_matrix(np.array(mount, dtype=np.float64))
    return quats


def _mount_at(t: FloatArray, mounts: FloatArray, reclips_s: Sequence[tuple[float, float]]) -> FloatArray:
    quat: FloatArray = mounts[0][:, None]
    for (start_s, duration_s), before, after in zip(reclips_s, mounts[:-1], mounts[1:], strict=True):
        turn_rad = log(multiply(conjugate(before[:, None]), after[:, None]))
        quat = multiply(quat, exp(turn_rad * minimum_jerk((t - start_s) / duration_s)))
    return quat
