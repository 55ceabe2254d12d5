"""
Compare the sides
=================

Two clips, two recordings, one table of medians.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

import imucount
from imucount.simulate import Wearer, programme, simulate

folder = TemporaryDirectory()
for wearer, size in (("ann", 20.0), ("ben", 24.0)):
    for side, less in (("left", 0.0), ("right", 4.0)):
        script = programme(sets=1, reps=6, rest_s=10.0, elevation_deg=size - less)
        samples = simulate(script, wearer=Wearer(side=side), seed=len(wearer)).samples
        path = Path(folder.name) / wearer / f"{side}.csv"
        path.parent.mkdir(exist_ok=True)
        imucount.write_csv(path, imucount.Recording(samples, side, 100.0))

# %%
# The wearer is the folder that a recording lies in.
frames = [imucount.count(path).to_frame() for path in sorted(Path(folder.name).glob("*/*.csv"))]
folder.cleanup()

table = imucount.compare(pd.concat(frames))
print(table.round(2).to_string())
