"""Make the recordings of the examples: simulated sessions, in the layouts of several programs."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pandas as pd

from imucount import Recording, Samples, write_csv
from imucount.simulate import Circles, Clip, Movement, Wearer, simulate

G = 9.80665
AXES = ("x", "y", "z")


def cohort(folder: Path, n: int) -> dict[tuple[str, str], int]:
    """Write n recordings of the right shoulder, in five layouts by turns, and give the circles in each."""
    truth = {}
    for number in range(n):
        rng = np.random.default_rng(number)
        reps = int(rng.integers(5, 9))
        still = Movement("standing", 5.0)
        direction = "forward" if rng.random() < 0.5 else "backward"
        script = [still, Circles(reps, direction, period_s=float(rng.uniform(2.0, 3.0))), still]
        samples = simulate(script, wearer=Wearer(), clip=Clip(50.0), seed=number).samples
        write, ending = WRITERS[number % len(WRITERS)]
        path = folder / f"p{number:03}{ending}"
        write(path, samples)
        truth[path.name, direction] = reps
    return truth


def _own(path: Path, samples: Samples) -> None:
    write_csv(path, Recording(samples, "right", 50.0))


def _units_in_names(path: Path, samples: Samples) -> None:
    names = ["t (s)", *(f"a{axis} (g)" for axis in AXES), *(f"g{axis} (deg/s)" for axis in AXES)]
    _table(path, names, samples.t, samples.acc / G, np.degrees(samples.gyr))


def _physics_toolbox(path: Path, samples: Samples) -> None:
    names = ["time", *(f"gF{axis}" for axis in AXES), *(f"w{axis}" for axis in AXES)]
    _table(path, names, samples.t, samples.acc / G, samples.gyr)


def _movella_dot(path: Path, samples: Samples) -> None:
    names = ["SampleTimeFine", *(f"Acc_{axis}" for axis in "XYZ"), *(f"Gyr_{axis}" for axis in "XYZ")]
    _table(path, names, np.round(samples.t * 1e6).astype(int), samples.acc, np.degrees(samples.gyr))


def _phyphox(path: Path, samples: Samples) -> None:
    tables = {
        "Accelerometer": ("Acceleration", "m/s^2", samples.acc),
        "Gyroscope": ("Gyroscope", "rad/s", samples.gyr),
    }
    with zipfile.ZipFile(path, "w") as archive:
        for file, (letter, unit, values) in tables.items():
            names = ["Time (s)", *(f"{letter} {axis} ({unit})" for axis in AXES)]
            frame = pd.DataFrame(np.column_stack([samples.t, values]), columns=names)
            archive.writestr(f"{file}.csv", frame.to_csv(index=False))


def _table(path: Path, names: list[str], t: np.ndarray, acc: np.ndarray, gyr: np.ndarray) -> None:
    frame = pd.DataFrame(np.hstack([acc, gyr]), columns=names[1:])
    frame.insert(0, names[0], t)
    frame.to_csv(path, index=False)


WRITERS = (
    (_own, ".csv"),
    (_units_in_names, "_units.csv"),
    (_physics_toolbox, "_toolbox.csv"),
    (_movella_dot, "_dot.csv"),
    (_phyphox, "_phyphox.zip"),
)
