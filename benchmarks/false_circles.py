"""How often real movement is taken for shoulder circles: `python -m benchmarks.false_circles FOLDER`.

The folder is one of `benchmarks.counting_units`, of recordings that hold no shoulder circle: whatever is counted
is false. Recordings are put together by data set and placement, as `truth.csv` says them.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from benchmarks.counting_units import truth_of
from imucount import ImucountError, RecordingError, SampleError, count, read_csv


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.false_circles", description=__doc__)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args(arguments)
    try:
        found = false_circles(options.folder)
    except ImucountError as error:
        parser.error(str(error))
    print(
        "| data | sensor on | recordings | hours | false circles | an hour |",
        "|---|---|---|---|---|---|",
        sep="\n",
    )
    for (data, placement), (recordings, hours, circles) in sorted(found.items()):
        print(f"| {data} | {placement} | {recordings} | {hours:.2f} | {circles} | {circles / hours:.1f} |")


def false_circles(folder: Path) -> dict[tuple[str, str], tuple[int, float, int]]:
    """Recordings, hours and circles found, by data set and placement; of those that can be counted at all."""
    found: dict[tuple[str, str], tuple[int, float, int]] = defaultdict(lambda: (0, 0.0, 0))
    with open(truth_of(folder), encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if not row.get("direction")]
    for row in rows:
        path = folder / (row.get("dataset") or "") / f"{row['recording']}.csv"
        try:
            recording = read_csv(path)
            session = count(recording, side=recording.side or "right")
        except (RecordingError, SampleError):
            if not path.exists():
                raise
            continue  # too slow for circles, as 10 Hz are
        key = (row.get("dataset") or "", row.get("placement") or "")
        recordings, hours, circles = found[key]
        found[key] = (recordings + 1, hours + session.duration_s / 3600.0, circles + len(session.reps))
    return found


if __name__ == "__main__":
    main()
