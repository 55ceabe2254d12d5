"""Make the picture of the screen again: `python docs/pictures/screen.py` writes `screen.svg` beside this file.

It is what `imucount replay` shows while it counts a recording of the project, at a certain moment of it.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from rich.console import Console

import imucount
from imucount.views.live_view import live_view

HERE = Path(__file__).parent
RECORDING = HERE.parents[1] / "recordings" / "programme_right.csv"
UNTIL_S = 114.0
"""Within the third set."""


def main(out: Path) -> None:
    """Draw what is on the screen when this much of the recording has been played."""
    recording = imucount.read_csv(RECORDING)
    samples = recording.samples[: int((recording.samples.t < UNTIL_S).sum())]
    counter = imucount.RepCounter(recording.side)
    counter.update(samples)
    console = Console(record=True, width=76, file=io.StringIO(), force_terminal=True)
    console.print(live_view(counter.sets, counter.progress, UNTIL_S, title=RECORDING.name))
    console.save_svg(str(out), title=f"imucount replay {RECORDING.name}", unique_id="screen")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else HERE / "screen.svg")
