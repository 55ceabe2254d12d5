"""Draw the pictures of docs/how_any_exercise_is_counted.md: `python docs/pictures/any_exercise.py`.

It takes matplotlib. The recordings are made by the virtual shoulder.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from imucount import Samples, count
from imucount.cyclic.similarity import LAGS, RATE_HZ, RATE_WEIGHT, STEP, RepetitionMap
from imucount.filters import EvenGrid
from imucount.simulate import Circles, Movement, simulate

FOLDER = Path(__file__).parent
REST = Movement("standing", 8.0)
PICTURES = {
    "two_sets": [REST, Circles(8, "forward", period_s=3.0), REST, Circles(6, "forward", period_s=3.0), REST],
    "two_tempi": [REST, Circles(12, "forward", period_s=1.2), REST, Circles(5, "forward", period_s=5.0), REST],
    "a_walk_between": [
        *(REST, Circles(8, "forward", period_s=2.5), Movement("walking", 25.0)),
        *(Circles(8, "forward", period_s=2.5), REST),
    ],
}


def draw(samples: Samples, path: Path) -> None:
    """Draw a recording, how it repeats itself, and the reps found in it."""
    assert samples.gyr is not None
    x = EvenGrid(RATE_HZ).update(samples.t, np.concatenate([samples.acc, samples.gyr], axis=1).T.copy())
    figure, (above, below) = plt.subplots(2, 1, figsize=(10, 5), sharex=True, layout="constrained")
    t = samples.t[0] + (np.arange(x.shape[1]) + 0.5) / RATE_HZ
    above.plot(t, x[:3].T - x[:3].mean(axis=1), linewidth=0.8)
    above.plot(t, 2.0 * x[3:].T - 8.0, linewidth=0.8)
    above.set_ylabel("acceleration\nand, below, turning")
    above.set_yticks([])
    for rep in count(samples, exercise="cyclic").reps:
        above.axvspan(
            rep.start_s, rep.end_s, alpha=0.25, color="tab:orange" if rep.kind == "steps" else "tab:green"
        )
        above.axvline(rep.start_s, color="black", linewidth=0.5)
    x[3:] *= RATE_WEIGHT
    likeness = np.clip(RepetitionMap(x).likeness, 0.0, 1.0)
    moments = samples.t[0] + np.arange(likeness.shape[1]) * STEP / RATE_HZ
    below.pcolormesh(moments, LAGS / RATE_HZ, likeness, shading="nearest")
    below.set_yscale("log")
    below.set_yticks([0.3, 1.0, 3.0, 10.0], ["0.3", "1", "3", "10"])
    below.set(xlabel="s", ylabel="length of a cycle, s")
    figure.savefig(path, dpi=70)
    plt.close(figure)


if __name__ == "__main__":
    for name, script in PICTURES.items():
        draw(simulate(script, seed=3).samples, FOLDER / f"any_exercise_{name}.png")
