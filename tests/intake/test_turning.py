import numpy as np

from imucount.filters import Lowpass
from imucount.intake.turning import BLOCK, CUTOFF_HZ, GRID_HZ, Turning


def crossing(x):
    return np.array([[0.0, -x[2], x[1]], [x[2], 0.0, -x[0]], [-x[1], x[0], 0.0]])


def test_what_a_place_far_from_the_joint_adds_is_summed_up_as_by_hand():
    bins = np.random.default_rng(0).normal(size=(6, BLOCK + 1)).cumsum(axis=1)
    bins[2] += 9.81

    (sums,) = Turning().add(bins)
    acc, gyr = np.split(Lowpass(CUTOFF_HZ, GRID_HZ).update(bins), 2)
    spinning = np.gradient(gyr, 1.0 / GRID_HZ, axis=1)
    linear = [crossing(a) + crossing(w) @ crossing(w) for a, w in zip(spinning.T, gyr.T)]
    by_hand = np.zeros((3, 7))
    for k in range(BLOCK):
        rate, force = 0.5 * (gyr[:, k] + gyr[:, k + 1]), 0.5 * (acc[:, k] + acc[:, k + 1])
        far = (linear[k + 1] - linear[k]) * GRID_HZ + crossing(rate) @ (0.5 * (linear[k] + linear[k + 1]))
        left = (acc[:, k + 1] - acc[:, k]) * GRID_HZ - np.cross(force, rate)
        by_hand += far.T @ np.column_stack([far, crossing(force), left])
    weight = sums.seen / float((np.diff(acc, axis=1) ** 2).sum() * GRID_HZ**2)
    np.testing.assert_allclose(sums.far, weight * by_hand, rtol=1e-9)
