"""A limb that swings, of which everything is known."""

import numpy as np
from scipy.spatial.transform import Rotation

from imucount import Samples

G = 9.81


def swinging(
    reps=(10,), period_s=3.0, angle_deg=50.0, rest_s=15.0, rate_hz=50.0, seed=0, mount=None, dwell=0.0, arm_m=0.4
):
    """A limb that swings up and back, hanging still in between."""
    fine_hz = 400.0
    parts = [np.zeros(round(rest_s * fine_hz))]
    for number in reps:
        n = round(period_s * fine_hz)
        move = 0.5 * (1.0 - np.cos(2.0 * np.pi * np.arange(n) / n))
        one = np.concatenate([move[: n // 2], np.ones(round(dwell * fine_hz)), move[n // 2 :]])
        parts += [np.radians(angle_deg) * np.tile(one, number), np.zeros(round(rest_s * fine_hz))]
    return limb(np.concatenate(parts), fine_hz, rate_hz, seed, mount, arm_m)


def limb(angle, fine_hz, rate_hz=50.0, seed=0, mount=None, arm_m=0.4):
    """A limb that turns about one axis, rad every 1 / fine_hz s: force and rate as physics has them."""
    t = np.arange(len(angle)) / fine_hz
    rate = np.gradient(angle, t)
    acc = np.stack(
        [
            G * np.cos(angle) + arm_m * rate**2,
            G * np.sin(angle) + arm_m * np.gradient(rate, t),
            np.zeros_like(angle),
        ],
        axis=1,
    )
    gyr = np.stack([np.zeros_like(angle), np.zeros_like(angle), -rate], axis=1)
    grid = np.arange(0.0, t[-1], 1.0 / rate_hz)
    acc, gyr = (np.stack([np.interp(grid, t, x[:, i]) for i in range(3)], axis=1) for x in (acc, gyr))
    rng = np.random.default_rng(seed)
    acc = acc + rng.normal(0.0, 0.05, acc.shape)
    gyr = gyr + rng.normal(0.0, 0.01, gyr.shape)
    if mount is not None:
        turn = Rotation.random(random_state=mount)
        acc, gyr = turn.apply(acc), turn.apply(gyr)
    return Samples(grid, acc, gyr)
