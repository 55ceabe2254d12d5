#!/usr/bin/env bash
# In ahrs 0.4.0 one of the filters, AQUA, gives the inverse of what the others give for the same samples.
#
# Expected: filters of one package that take the same acc and gyr, in the same units, give the same attitude of a sensor
#           that lies still, rolled by 30 deg about x.
# Seen:     Madgwick, Mahony, EKF, Complementary and Tilt give (0.966, +0.259, 0, 0), AQUA gives (0.966, -0.259, 0, 0).
#           Whoever swaps the filter gets every angle with the other sign.
set -eu
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT
python3 -m venv "$box/venv"
"$box/venv/bin/pip" install -q --disable-pip-version-check ahrs==0.4.0 numpy==2.2.6
"$box/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

import numpy as np
from ahrs.filters import AQUA, EKF, Complementary, Madgwick, Mahony, Tilt

n, roll = 3000, np.radians(30.0)
acc = np.tile([0.0, 9.81 * np.sin(roll), 9.81 * np.cos(roll)], (n, 1))
gyr = np.zeros((n, 3))
found = {each.__name__: each(gyr=gyr, acc=acc, frequency=100.0).Q[-1] for each in (AQUA, EKF, Complementary, Madgwick, Mahony)}
found["Tilt"] = Tilt(acc=acc).Q[-1]
print("ahrs", version("ahrs"))
for name, quaternion in found.items():
    print(f"{name:14}", np.round(quaternion, 3) + 0.0)
    sign = -1.0 if name == "AQUA" else 1.0
    assert np.allclose(quaternion, [np.cos(roll / 2.0), sign * np.sin(roll / 2.0), 0.0, 0.0], atol=0.01)
PYTHON
