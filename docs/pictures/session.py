"""Draw the pictures of docs/signals.md and docs/how_it_counts.md: `python docs/pictures/session.py`.

The recordings are simulated. The pictures are those that `session.plot()` and its kin give to everybody, but for
the shoulder plane, which shows what a circle and two other movements draw in it.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from imucount import count
from imucount.simulate import Circles, Movement, simulate

FOLDER = Path(__file__).parent
RECORDING = FOLDER.parent.parent / "recordings" / "walking_and_sitting.csv"
STILL = Movement("standing", 6.0)
MOVES = {"forward circles": "-", "shrugs": "--", "squeezes": ":"}


def draw_plane(folder: Path) -> None:
    """Draw what movements look like in the plane of protraction and elevation."""
    figure, axes = plt.subplots(1, len(MOVES), figsize=(9.0, 3.2), sharex=True, sharey=True, layout="constrained")
    for ax, (name, style) in zip(axes, MOVES.items(), strict=True):
        move = Circles(5, "forward", 2.5) if name == "forward circles" else Movement(name, 12.0)
        script = [STILL, Circles(4, "forward", 2.5), STILL, move, STILL]
        signals = count(simulate(script, seed=6).samples, "right", keep_signals=True).signals
        assert signals is not None
        within = (signals.t_s > 24.0) & (signals.t_s < 32.0)
        x, y = (
            values[within] - np.mean(values[within]) for values in (signals.protraction_deg, signals.elevation_deg)
        )
        ax.plot(x, y, style, color="black", linewidth=0.9)
        ax.set_title(name.replace("_", " "), fontsize="medium")
        ax.set_xlabel("protraction (deg)")
        ax.set_aspect("equal")
        ax.grid(True, linewidth=0.3)
    axes[0].set_ylabel("elevation (deg)")
    figure.savefig(folder / "shoulder_plane.png", dpi=80)
    plt.close(figure)


def draw(folder: Path) -> None:
    """Draw all of them into a folder."""
    session = count(RECORDING, keep_signals=True)
    cyclic = count(RECORDING, exercise="cyclic", keep_signals=True)
    made = {
        "session": session.plot(),
        "loops": session.plot_loops(),
        "tempo": session.plot_tempo(),
        "cyclic": cyclic.plot(),
    }
    for name, ax in made.items():
        ax.figure.savefig(folder / f"{name}.png", dpi=80)
    plt.close("all")
    draw_plane(folder)


if __name__ == "__main__":
    draw(FOLDER)
