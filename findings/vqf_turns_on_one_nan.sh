#!/usr/bin/env bash
# vqf 2.1.2 turns its heading for good where one row of acceleration is NaN, and no quaternion is NaN.
#
# Expected: a missing row of the accelerometer costs that row, as a missing row of the gyroscope does, or makes all that
#           follows NaN, so that somebody notices.
# Seen:     every quaternion is finite. The row itself stands upside down (180 deg), and from the next one on the heading
#           of a sensor that lay still is turned by 168 deg, to the end. A NaN row of the gyroscope costs nothing.
set -eu
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT
python3 -m venv "$box/venv"
"$box/venv/bin/pip" install -q --disable-pip-version-check vqf==2.1.2 numpy==2.2.6
"$box/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

import numpy as np
from vqf import VQF

n, gap = 6000, 1000
rng = np.random.default_rng(0)
gyr = rng.normal(0.0, 0.01, (n, 3))
acc = np.array([0.0, 0.0, 9.81]) + rng.normal(0.0, 0.05, (n, 3))


def quaternions(acc, gyr):
    return VQF(0.01).updateBatch(gyr, acc)["quat6D"]


def apart_deg(one, other):
    return np.degrees(2.0 * np.arccos(np.clip(np.abs((one * other).sum(axis=1)), 0.0, 1.0)))


whole = quaternions(acc, gyr)
without = {"acc": acc.copy(), "gyr": gyr.copy()}
without["acc"][gap] = without["gyr"][gap] = np.nan
by_acc, by_gyr = quaternions(without["acc"], gyr), quaternions(acc, without["gyr"])
acc_deg, gyr_deg = apart_deg(by_acc, whole), apart_deg(by_gyr, whole)
print("vqf", version("vqf"))
print(f"acc NaN in row {gap}: off by {acc_deg[gap - 1]:.1f}, {acc_deg[gap]:.1f}, {acc_deg[gap + 1]:.1f} deg around it,")
print(f"  {acc_deg[-1]:.1f} deg {(n - gap) / 100:.0f} s later; all finite: {np.isfinite(by_acc).all()}")
print(f"gyr NaN in row {gap}: off by at most {gyr_deg.max():.1f} deg")
assert np.isfinite(by_acc).all()
assert acc_deg[gap - 1] == 0.0
assert acc_deg[gap] > 170.0
assert abs(acc_deg[gap + 1] - 168.0) < 2.0
assert abs(acc_deg[-1] - 168.0) < 5.0
assert gyr_deg.max() < 2.0
PYTHON
