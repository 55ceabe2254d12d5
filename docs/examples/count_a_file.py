"""
Count a file, and look at it
============================

The signal with the circles on it, before a count is trusted.
"""

from pathlib import Path

import matplotlib.pyplot as plt

import imucount
from imucount.simulate import Circles, Movement, Wearer, simulate

still = Movement("standing", 6.0)
script = [
    still,
    Circles(8, "forward", 2.5),
    still,
    Movement("shrugs", 8.0),
    still,
    Circles(8, "backward", 3.0),
    still,
]
simulation = simulate(script, wearer=Wearer(side="right"), seed=4)
path = Path("session.csv")
imucount.write_csv(path, imucount.Recording(simulation.samples, "right", 100.0))

# %%
# A session is sets of circles, each with its direction. With ``keep_signals=True`` it holds what the counter saw.
session = imucount.count(path, keep_signals=True)
path.unlink()
print(session)

# %%
# Shrugs go up and down as circles do, but hardly to and fro. They are seen and not counted: each has its cross.
session.plot()
plt.show()

# %%
# In the shoulder plane a circle is a loop. Forward ones go round clockwise as seen from the wearer's right side.
session.plot_loops()
plt.show()

# %%
session.plot_tempo()
plt.show()

# %%
# The numbers behind it, of the loops that were not counted:
for loop in session.signals.rejected[:4]:
    print(loop, {name: round(value, 2) for name, value in loop.numbers.items() if name in ("roundness", "score")})
