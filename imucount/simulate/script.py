"""What is simulated: a script of circles and other movement, a wearer, and a clip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from imucount.errors import SimulationError
from imucount.sets import Side
from imucount.simulate.movements import MovementKind

Attitude = tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]


def _check(settings: object, **ranges: tuple[float, float]) -> None:
    """Check that settings are numbers from one to another."""
    for name, (low, high) in ranges.items():
        value = getattr(settings, name)
        if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not low <= value <= high:
            raise SimulationError(f"{name} must be between {low:g} and {high:g}, got {value!r}")


def _check_whole(settings: object, **ranges: tuple[int, int]) -> None:
    """Check that settings are whole numbers from one to another."""
    _check(settings, **ranges)
    for name in ranges:
        if getattr(settings, name) % 1:
            raise SimulationError(f"{name} must be a whole number, got {getattr(settings, name)!r}")


def _check_choice(settings: object, name: str, choices: Sequence[str]) -> None:
    """Check that a setting is one of these."""
    value = getattr(settings, name)
    if value not in choices:
        quoted = " or ".join(f'"{choice}"' for choice in choices)
        raise SimulationError(f"{name} must be {quoted}, got {value!r}")


@dataclass(frozen=True, slots=True)
class Manner:
    """How people make circles: by strokes, and with what goes wrong in between.

    Parameters
    ----------
    strokes : float, default 4
        Strokes a circle, about; at least 3.
    overlap : float, default 0.6
        By how much a stroke goes on into the next one, as a share of its time: 0 is a corner at each of its ends.
    dwell_share : float, default 0
        Share of the time at rest between strokes, unevenly.
    wander : float, default 0.3
        How irregular the ends of the strokes lie, as a share of what lies between them.
    hesitations, aborted, held, raised : int, default 0
        Circles of the set within which the wearer stops, and starts the stroke again in every other one; before
        which half a circle is made and given up; in which a position is held for 1.5 to 4 s; and which end a
        quarter to half of the way up. Never the first one.
    shrinking : float, default 0
        By how much smaller the last circle is than the first, as a share.
    turn_deg, lean_deg : float, default 0
        How far the trunk turns along with protraction, and leans to the other side and half as far to the back
        with elevation, deg, peak to peak; negative against it.
    arms_deg : float, default 0
        How far the arms swing along, deg.
    """

    strokes: float = 4.0
    overlap: float = 0.6
    dwell_share: float = 0.0
    wander: float = 0.3
    hesitations: int = 0
    aborted: int = 0
    held: int = 0
    raised: int = 0
    shrinking: float = 0.0
    turn_deg: float = 0.0
    lean_deg: float = 0.0
    arms_deg: float = 0.0

    def __post_init__(self) -> None:
        _check(
            self,
            strokes=(3.0, 12.0),
            overlap=(0.0, 1.0),
            dwell_share=(0.0, 0.8),
            wander=(0.0, 1.0),
            shrinking=(0.0, 0.9),
            turn_deg=(-20.0, 20.0),
            lean_deg=(-20.0, 20.0),
            arms_deg=(0.0, 90.0),
        )
        _check_whole(self, **dict.fromkeys(("hesitations", "aborted", "held", "raised"), (0, 1000)))


@dataclass(frozen=True, slots=True)
class Circles:
    """A set of shoulder circles.

    Parameters
    ----------
    reps : int
        At least 1.
    direction : {"forward", "backward"}
        A forward circle goes back, up, forward, down.
    period_s : float, default 3
        Mean length of a circle, s, dwells included; people take 1 to 8 s.
    separate : bool, default False
        Four moves with a dwell at each position, as beginners do, instead of one fluid circle. The
        dwells take 20 to 50 % of the time.
    elevation_deg, protraction_deg : float, default 20 and 12
        Mean range of the clavicle, deg, peak to peak.
    manner : Manner, optional
        Circles by strokes, as people make them, in place of fluid or separate ones.
    """

    reps: int
    direction: Literal["forward", "backward"]
    period_s: float = 3.0
    separate: bool = False
    elevation_deg: float = 20.0
    protraction_deg: float = 12.0
    manner: Manner | None = None

    def __post_init__(self) -> None:
        _check_whole(self, reps=(1, 10**6))
        if self.separate and self.manner is not None:
            raise SimulationError("circles are made separate or in a manner, got both")
        _check_choice(self, "direction", ("forward", "backward"))
        _check(
            self,
            period_s=(0.2, 60.0),
            elevation_deg=(0.0, 90.0),
            protraction_deg=(0.0, 90.0),
        )


@dataclass(frozen=True, slots=True)
class Movement:
    """Some other movement, which is no circle.

    Parameters
    ----------
    kind : str
        "standing", "walking" (with turns), "arm_swings", "shrugs" (elevation alone), "squeezes"
        (retraction and protraction alone), "twists" and "bows" (of the trunk), "sitting" (with changes
        of posture), "fidgeting" (irregular, in all coordinates), "handling" (the clip in the hand), "talking",
        "phone", "drinking", "jacket", "coughing", "neck_rolls", "arm_circles", "small_arm_circles", "reaches" or
        "raises" (of the arms).
    duration_s : float
        s. It begins and ends standing still, and takes up to 1.5 s for either.
    """

    kind: MovementKind
    duration_s: float

    def __post_init__(self) -> None:
        _check_choice(self, "kind", get_args(MovementKind))
        _check(self, duration_s=(0.1, 86400.0))


@dataclass(frozen=True, slots=True)
class Reclip:
    """The clip is taken off and put on again in another attitude, which takes 4 to 8 s."""


Part = Circles | Movement | Reclip


@dataclass(frozen=True, slots=True)
class Wearer:
    """Who makes the circles.

    Parameters
    ----------
    side : {"right", "left"}
        The shoulder that wears the clip.
    clavicle_m : float, default 0.149
        Length of the clavicle, m; 0.149 ± 0.010 in adults.
    beyond_clavicle_m : float, default 0.02
        How far beyond the end of the clavicle the clip sits, m: over the acromion, 0.15 to 0.19 m out.
    period_cv : float, default 0.06
        Spread of the circles' lengths within a set, beside the drift; 0.03 to 0.11 in published sets.
    amplitude_cv : float, default 0.11
        Spread of the circles' ranges within a set; 0.07 to 0.22 in published sets.
    tempo_drift : float, default 0.10
        How much longer circles grow from the first to the last of a set, as a share; 0.07 to 0.21 in
        published sets.
    unevenness : float, default 0.2
        How much the speed along a circle varies, 0 to 0.5.
    distortion : float, default 0.08
        How far circles depart from ellipses and their bottoms from each other, as a share of the range,
        0 to 0.2.
    rest_level : float, default 0
        Where in the range of elevation the relaxed shoulder rests: 0 at the lowest position, 1 at the
        highest. A set leaves from there and comes back there.
    sway_deg : float, default 0.5
        Sway of the standing trunk, deg, root mean square about each axis.
    breathing_deg : float, default 0.8
        Rise of the girdle with a breath, deg, peak to peak, 12 to 18 times a minute.
    posture_drift_deg : float, default 1.5
        Slow change of posture, over half a minute and more, deg, root mean square.
    """

    side: Side = "right"
    clavicle_m: float = 0.149
    beyond_clavicle_m: float = 0.02
    period_cv: float = 0.06
    amplitude_cv: float = 0.11
    tempo_drift: float = 0.10
    unevenness: float = 0.2
    distortion: float = 0.08
    rest_level: float = 0.0
    sway_deg: float = 0.5
    breathing_deg: float = 0.8
    posture_drift_deg: float = 1.5

    def __post_init__(self) -> None:
        _check_choice(self, "side", ("left", "right"))
        _check(
            self,
            clavicle_m=(0.05, 0.3),
            beyond_clavicle_m=(0.0, 0.1),
            period_cv=(0.0, 0.3),
            amplitude_cv=(0.0, 0.5),
            tempo_drift=(-1.0, 1.0),
            unevenness=(0.0, 0.5),
            distortion=(0.0, 0.2),
            rest_level=(0.0, 1.0),
            sway_deg=(0.0, 10.0),
            breathing_deg=(0.0, 10.0),
            posture_drift_deg=(0.0, 20.0),
        )


Place = Literal["acromion", "blade", "neck"]


@dataclass(frozen=True, slots=True)
class Wear:
    """What carries the clip: where on the girdle, and what is between.

    Parameters
    ----------
    place : {"acromion", "blade", "neck"}
        On the outer end of the shoulder; behind it on the spine of the shoulder blade; half-way to the neck.
    blade_share : float, default 0.6
        Share of the blade in what turns the skin there; the clavicle has the rest.
    spring_hz, damping : float, default 4 and 0.4
        Natural frequency of the soft tissue, and its damping as a share of the critical one.
    play_deg, lag_s : float, default 0
        What cloth gives before it is dragged along, deg, the whole width, and how late it follows, s.
    neck_share : float, default 0
        Share of the head's tilt that turns the skin.
    """

    place: Place = "acromion"
    blade_share: float = 0.6
    spring_hz: float = 4.0
    damping: float = 0.4
    play_deg: float = 0.0
    lag_s: float = 0.0
    neck_share: float = 0.0

    def __post_init__(self) -> None:
        _check_choice(self, "place", get_args(Place))
        _check(
            self,
            blade_share=(0.0, 1.0),
            spring_hz=(0.5, 50.0),
            damping=(0.05, 2.0),
            play_deg=(0.0, 20.0),
            lag_s=(0.0, 2.0),
            neck_share=(0.0, 1.0),
        )


@dataclass(frozen=True, slots=True)
class Clip:
    """What the clip makes of the motion: mount, sensor, clock and radio.

    Parameters
    ----------
    sampling_rate_hz : float, default 100
        Nominal, on the clip's own clock.
    follow : float, default 0.65
        Share of the clavicle's elevation that the skin and the strap follow; skin-mounted acromion
        sensors under-read by 6 to 13°, so 0.5 to 0.8.
    yaw_share : float, default 0.65
        Share of the protraction that shows as yaw of the clip, 0.25 to 1.
    pitch_coupling : float, default 0
        Share of the protraction that shows as pitch of the clip, 0 to 0.5.
    yaw_from_elevation : float, default 0
        Share of the elevation that shows as yaw of the clip, 0 to 0.3.
    wobble_deg : float, default 0.3
        Wobble of the strap in motion, deg, root mean square about each axis; a quarter of it at rest.
    acc_noise_ug, gyr_noise_mdps : float, default 150 and 7
        Noise densities, µg/√Hz and mdeg/s/√Hz, white up to half of the sampling rate.
    acc_bias_mg, gyr_bias_dps : float, default 20 and 0.5
        Standard deviations of the constant bias of each axis, mg and deg/s.
    scale_error : float, default 0.005
        Standard deviation of the relative error of each axis' scale.
    misalignment_deg : float, default 0.5
        Standard deviation of the angle between each axis and where it should point, deg.
    acc_range_g, gyr_range_dps : float, default 8 and 1000
        Readings end at plus and minus the range, g and deg/s.
    bits : int or None, default 16
        Resolution of a reading, over the whole range. None for continuous readings.
    clock_error : float, default 0
        By how much the clip's clock runs fast, as a share: with 0.02 a minute measures 61.2 s.
    packet_samples : int, default 10
        Samples that are lost or arrive together.
    packet_loss : float, default 0
        Share of the packets that are lost, 0 to 1.
    outages : tuple of (start_s, duration_s)
        Times without any samples, s on the clip's clock.
    gyroscope : bool, default True
        Whether the clip has one.
    mount : "any" or 3 by 3 tuple
        How the clip sits on the relaxed shoulder: the rotation matrix from the sensor frame to the body
        frame. "any" draws it from all attitudes alike.
    wear : Wear, optional
        What carries it: a shoulder blade on the ribs, soft tissue, cloth. Without, skin that follows the
        clavicle in proportion and at once.
    """

    sampling_rate_hz: float = 100.0
    follow: float = 0.65
    yaw_share: float = 0.65
    pitch_coupling: float = 0.0
    yaw_from_elevation: float = 0.0
    wobble_deg: float = 0.3
    acc_noise_ug: float = 150.0
    gyr_noise_mdps: float = 7.0
    acc_bias_mg: float = 20.0
    gyr_bias_dps: float = 0.5
    scale_error: float = 0.005
    misalignment_deg: float = 0.5
    acc_range_g: float = 8.0
    gyr_range_dps: float = 1000.0
    bits: int | None = 16
    clock_error: float = 0.0
    packet_samples: int = 10
    packet_loss: float = 0.0
    outages: tuple[tuple[float, float], ...] = ()
    gyroscope: bool = True
    mount: Literal["any"] | Attitude = "any"
    wear: Wear | None = None

    def __post_init__(self) -> None:
        _check(
            self,
            sampling_rate_hz=(1.0, 10000.0),
            follow=(0.0, 1.5),
            yaw_share=(0.0, 1.5),
            pitch_coupling=(-1.0, 1.0),
            yaw_from_elevation=(-1.0, 1.0),
            wobble_deg=(0.0, 20.0),
            acc_noise_ug=(0.0, 1e5),
            gyr_noise_mdps=(0.0, 1e5),
            acc_bias_mg=(0.0, 1000.0),
            gyr_bias_dps=(0.0, 100.0),
            scale_error=(0.0, 0.2),
            misalignment_deg=(0.0, 20.0),
            acc_range_g=(0.1, 1000.0),
            gyr_range_dps=(1.0, 1e5),
            clock_error=(-0.5, 0.5),
            packet_loss=(0.0, 1.0),
        )
        if self.bits is not None:
            _check_whole(self, bits=(2, 32))
        _check_whole(self, packet_samples=(1, 10**6))
        if not _is_rows(self.outages, 2) or any(duration_s < 0 for _, duration_s in self.outages):
            raise SimulationError(
                f"outages must be pairs of start and duration, from 0 s, got {self.outages!r:.100}"
            )
        if not isinstance(self.mount, str) or self.mount != "any":
            matrix = np.array(self.mount if _is_rows(self.mount, 3) else np.zeros((3, 3)), dtype=np.float64)
            if matrix.shape != (3, 3) or not (
                np.allclose(matrix @ matrix.T, np.eye(3), atol=1e-6) and np.linalg.det(matrix) > 0
            ):
                raise SimulationError(f'mount must be "any" or a 3 by 3 rotation matrix, got {self.mount!r:.100}')


def _is_rows(value: object, n: int) -> bool:
    """Whether a value is a sequence of rows of so many finite numbers."""
    try:
        rows = np.array(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return False
    return rows.size == 0 or (rows.ndim == 2 and rows.shape[1] == n and bool(np.isfinite(rows).all()))


def programme(
    *,
    period_s: float = 3.0,
    rest_s: float = 30.0,
    separate: bool = False,
    elevation_deg: float = 20.0,
    protraction_deg: float = 12.0,
    reps: int = 10,
    sets: int = 3,
    lead_in_s: float = 8.0,
    lead_out_s: float = 5.0,
) -> tuple[Part, ...]:
    """Script of the prescribed programme: sets of forward circles, then as many of backward ones.

    Parameters
    ----------
    rest_s : float, default 30
        Standing between two sets, s.
    lead_in_s, lead_out_s : float, default 8 and 5
        Standing before the first set and after the last one, s.
    period_s, separate, elevation_deg, protraction_deg, reps
        As for `Circles`.
    sets : int, default 3
        Of each direction.

    Examples
    --------
    >>> [part.reps for part in programme() if isinstance(part, Circles)]
    [10, 10, 10, 10, 10, 10]
    """
    script: list[Part] = [Movement("standing", lead_in_s)]
    directions: tuple[Literal["forward", "backward"], ...] = ("forward", "backward")
    for direction in directions:
        for _ in range(sets):
            script += [
                Circles(reps, direction, period_s, separate, elevation_deg, protraction_deg),
                Movement("standing", rest_s),
            ]
    script[-1] = Movement("standing", lead_out_s)
    return tuple(script)


PROGRAMME = programme()
"""3 sets of 10 forward circles and 3 sets of 10 backward ones, 3 s each, with rests of 30 s."""
