"""
Your own format
===============

A table with names and units that nobody else uses is read by saying what its columns are.
"""

import numpy as np
import pandas as pd

import imucount
from imucount.simulate import Circles, Movement, simulate

still = Movement("standing", 5.0)
samples = simulate([still, Circles(6, "backward"), still], seed=2).samples
mine = pd.DataFrame(
    np.hstack([samples.acc / 9.80665, np.degrees(samples.gyr)]), columns=["p", "q", "r", "u", "v", "w"]
)
mine.insert(0, "stamp", samples.t * 1000.0)
print(mine.head(3).round(3).to_string())

# %%
# The same is said on the command line by ``--columns`` and ``--units``.
columns = {"stamp": "t", "p": "ax", "q": "ay", "r": "az", "u": "gx", "v": "gy", "w": "gz"}
session = imucount.count(mine, side="right", columns=columns, units={"t": "ms", "acc": "g", "gyr": "deg/s"})
print(session)
