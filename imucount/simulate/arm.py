"""A virtual upper arm below a virtual shoulder: it hangs loose, or swings along."""

from __future__ import annotations

import math

import numpy as np

from imucount.errors import SimulationError
from imucount.samples import FloatArray, Samples
from imucount.simulate.quaternions import about, conjugate, log, multiply, rotate
from imucount.simulate.readings import arrived_of, measured
from imucount.simulate.script import Clip
from imucount.simulate.shoulder import GRAVITY_MPS2, Simulation
from imucount.simulate.skin import spring

__all__ = ["simulate_arm"]

PENDULUM_M = 0.45
"""Length of the simple pendulum that swings as fast as an adult's hanging arm of 0.7 m, which is thicker above."""

DAMPING = 0.3
"""Share of the critical damping: a loose arm swings out in two or three swings."""

DOWN_THE_ARM_M = 0.15
"""Where the clip sits below the shoulder, m: the middle of the upper arm."""


def simulate_arm(
    simulation: Simulation, *, swing_deg: float = 0.0, clip: Clip | None = None, seed: int = 0
) -> Samples:
    """Tell what a second clip on the upper arm measures while a shoulder moves.

    The arm hangs from the shoulder as a damped pendulum that the shoulder's own movement drives.

    Parameters
    ----------
    simulation : Simulation
        Of the shoulder, whose clip lost no samples.
    swing_deg : float, default 0
        How far the wearer swings the arm along on purpose, deg: out to the side by so much while the shoulder is
        high, and half as far to the front while it is forward.
    clip : Clip, optional
        On the arm. Its rate is that of the shoulder's clip, whatever it says.
    seed : int, default 0
        Of the clip's chances.

    Returns
    -------
    Samples
        On the clock of the shoulder's.

    Raises
    ------
    SimulationError
        If the swing is not from 0 to 120 deg, or the shoulder's clip lost samples.

    Examples
    --------
    >>> from imucount.form import arm_ranges_deg
    >>> from imucount.simulate import Circles, Movement, simulate
    >>> still = Movement("standing", 3.0)
    >>> shoulder = simulate([still, Circles(3, "forward"), still])
    >>> loose, swinging = (simulate_arm(shoulder, swing_deg=swing_deg) for swing_deg in (0.0, 40.0))
    >>> [max(arm_ranges_deg(arm, shoulder.reps)) > 25.0 for arm in (loose, swinging)]
    [False, True]
    """
    clip = Clip() if clip is None else clip
    if not 0.0 <= swing_deg <= 120.0:
        raise SimulationError(f"swing_deg must be between 0 and 120, got {swing_deg!r}")
    t = simulation.samples.t
    step_s = float(t[1] - t[0]) if len(t) > 1 else 0.0
    if len(t) < 3 or not np.allclose(np.diff(t), step_s):
        raise SimulationError("expected a shoulder whose clip lost no samples, got one with some missing")
    rng = np.random.default_rng(seed)
    shoulder_m = simulation.position_m.T
    natural_hz = math.sqrt(GRAVITY_MPS2 / PENDULUM_M) / (2.0 * math.pi)
    behind_m = spring(shoulder_m[:2], step_s, natural_hz, DAMPING) - shoulder_m[:2]
    mirror = 1.0 if simulation.side == "right" else -1.0
    height, ahead = _share(simulation.elevation_deg), _share(simulation.protraction_deg)
    to_front_deg = np.degrees(behind_m[0] / PENDULUM_M) + 0.5 * swing_deg * ahead
    to_left_deg = np.degrees(behind_m[1] / PENDULUM_M) - mirror * swing_deg * height
    arm = multiply(about("y", -to_front_deg), about("x", to_left_deg))
    place_m = shoulder_m + rotate(arm, np.array([0.0, 0.0, -DOWN_THE_ARM_M])[:, np.newaxis])

    mount = rng.standard_normal(4)
    quat = multiply(arm, (mount / np.linalg.norm(mount))[:, np.newaxis])
    rate = np.zeros((3, len(t)))
    rate[:, 1:-1] = log(multiply(conjugate(quat[:, :-2]), quat[:, 2:])) / (2.0 * step_s)
    force = np.gradient(np.gradient(place_m, step_s, axis=1), step_s, axis=1)
    force[2] += GRAVITY_MPS2
    acc, gyr = measured(rng, clip, rotate(conjugate(quat), force).T, rate.T)
    arrived = arrived_of(rng, clip, t)
    return Samples(t[arrived], acc[arrived], gyr[arrived] if clip.gyroscope else None)


def _share(angle_deg: FloatArray) -> FloatArray:
    """Give an angle as a share of its range over all circles, 0 at rest."""
    return np.asarray(angle_deg / max(float(np.ptp(angle_deg)), 1e-9))
