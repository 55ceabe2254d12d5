"""
Count any exercise
==================

Whatever repeats itself, with a sensor anywhere: here two sets with a walk between them.
"""

import matplotlib.pyplot as plt

import imucount
from imucount.simulate import Circles, Movement, simulate

still = Movement("standing", 8.0)
script = [
    still,
    Circles(8, "forward", 2.5),
    still,
    Movement("walking", 20.0),
    still,
    Circles(6, "forward", 3.5),
    still,
]
samples = simulate(script, seed=3).samples

session = imucount.count(samples, exercise="cyclic", keep_signals=True)
print(session)

# %%
# Steps repeat themselves, too. They are marked as such, and ``session.without("steps")`` leaves them out.
session.plot()
plt.show()

# %%
# What the reps look like in the plane in which the acceleration varies most.
session.plot_loops()
plt.show()

# %%
for each in session.signals.sets:
    print(each, f"like each other to {each.numbers['likeness']:.2f}")
