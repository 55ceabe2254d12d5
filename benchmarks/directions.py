"""How well a taught profile tells the direction of real circles: `python -m benchmarks.directions FOLDER`.

The folder is one of `benchmarks.counting_units`: circles of which `truth.csv` says `direction` ("forward",
"backward", "clockwise" or "counterclockwise") and `subject`, each alone in its recording. Of each subject two
circles drawn at random teach a profile, and it is asked for all the others; that is repeated. Beside it stands
what needs no teaching: the sense about that axis of the sensor which tells all subjects' circles apart best.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.counting_units import truth_of
from imucount import Direction, ImucountError, Samples, read_csv, teach
from imucount.circles.profile import circle_of

SENSES: dict[str, Direction] = {
    "forward": "forward",
    "backward": "backward",
    "clockwise": "forward",
    "counterclockwise": "backward",
}
SEED = 1

Circles = dict[str, list[tuple[Direction, Samples]]]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.directions", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--repeats", type=int, default=5, help="pairs of each subject (default: %(default)s)")
    options = parser.parse_args(arguments)
    try:
        wearers = circles_of(options.folder)
    except ImucountError as error:
        parser.error(str(error))
    if not wearers:
        parser.error(f"expected circles with a direction in {options.folder / 'truth.csv'}, got none")
    print("| direction told by | circles asked | right | unknown |", "|---|---|---|---|", sep="\n")
    for name, outcomes in (
        ("a profile of two circles", by_profile(wearers, options.repeats)),
        ("the sensor's own axis", by_sensor_axis(wearers)),
    ):
        right = sum(told == true for true, told in outcomes)
        unknown = sum(told == "unknown" for _, told in outcomes)
        n = len(outcomes)
        print(f"| {name} | {n} | {100 * right / n:.1f} % | {100 * unknown / n:.1f} % |")


def circles_of(folder: Path) -> Circles:
    """Circles of each subject, by the truth file of a folder."""
    wearers: Circles = defaultdict(list)
    with open(truth_of(folder), encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row.get("direction") in SENSES:
                path = folder / (row.get("dataset") or "") / f"{row['recording']}.csv"
                wearers[row.get("subject") or ""].append((SENSES[row["direction"]], read_csv(path).samples))
    return wearers


def by_profile(wearers: Circles, repeats: int) -> list[tuple[Direction, Direction]]:
    """True and told direction of each circle that did not teach."""
    rng = np.random.default_rng(SEED)
    outcomes = []
    for circles in wearers.values():
        for _ in range(repeats):
            first, second = rng.choice(len(circles), size=2, replace=False)
            profile = teach(circles[first][1], direction=circles[first][0])
            profile = teach(circles[second][1], direction=circles[second][0], profile=profile)
            outcomes += [
                (true, profile.direction_of(samples))
                for index, (true, samples) in enumerate(circles)
                if index not in (first, second)
            ]
    return outcomes


def by_sensor_axis(wearers: Circles) -> list[tuple[Direction, Direction]]:
    """True and told direction of each circle by one axis for all, which even knows the answers."""
    circles = [circle for each in wearers.values() for circle in each]
    signs = np.array([1.0 if true == "forward" else -1.0 for true, _ in circles])
    areas = [circle_of(samples)[0] for _, samples in circles]
    normals = np.array([np.zeros(3) if area is None else area / np.linalg.norm(area) for area in areas])
    axis = (signs[:, np.newaxis] * normals).sum(axis=0)
    told: list[Direction] = ["forward" if along > 0 else "backward" for along in normals @ axis]
    return [(true, each) for (true, _), each in zip(circles, told)]


if __name__ == "__main__":
    main()
