"""
A cohort to one table
=====================

Recordings of several programs go into one table, and each count, with its direction, is that which was simulated.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from simulated import cohort

import imucount

with TemporaryDirectory() as folder:
    truth = cohort(Path(folder), n=int(sys.argv[1]) if sys.argv[1:2] and sys.argv[1].isdecimal() else 10)
    with ThreadPoolExecutor(1) as executor:  # without it: a process for each processor
        done = imucount.batch(folder, side="right", executor=executor)

sets = done.to_frame("sets")
counted = sets.groupby([sets["file"].str.rsplit("/", n=1).str[-1], "direction"])["reps"].sum()
print(sets[["file", "direction", "reps", "period_s"]].tail(5).to_string())
wrong = [each for each, reps in truth.items() if counted.get(each, 0) != reps]
print(len(truth), "recordings,", len(wrong), "counted otherwise,", len(done.failures), "not counted")
