"""Files that are known and hold no acceleration that could be counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from imucount.errors import SampleError
from imucount.formats.layouts.export import Ask, Export, Signals
from imucount.formats.layouts.tables import Head, Table

__all__ = ["REFUSED"]


def _refusal(message: str) -> Callable[[Sequence[Table], Ask], Signals]:
    def read(tables: Sequence[Table], ask: Ask) -> Signals:
        raise SampleError(message)

    return read


def _is_opensim(head: Head) -> bool:
    return head.has("time") and any(line.strip().lower() == "endheader" for line in head.above)


REFUSED = (
    Export(
        "an OpenSim or OpenSense file",
        _is_opensim,
        _refusal(
            "expected acceleration, got an OpenSim file (.sto or .mot), which holds orientations or forces alone; "
            "give the files of the sensors that it was made of"
        ),
        refuses="orientations or forces alone: give the files of the sensors that it was made of",
    ),
    Export(
        "the channels of a Motion-BIDS recording",
        lambda head: head.names[0] == "name" and head.has("component", "type", "tracked_point", "units"),
        _refusal("expected a recording, got the file that names its channels; give the _motion.tsv beside it"),
        refuses="give the `_motion.tsv` beside it, which is read with it",
    ),
    Export(
        "the phone of a phyphox export",
        lambda head: head.names[:2] == ("property", "value"),
        _refusal(
            "expected a recording, got what is told of the phone; give the folder, zip or tables of the recording"
        ),
        refuses="give the folder, zip or tables of the recording, which are read with it",
    ),
    Export(
        "the times of a phyphox export",
        lambda head: head.has("event", "experiment time", "system time"),
        _refusal("expected a recording, got the times of one; give its folder, zip or tables"),
        refuses="give the folder, zip or tables of the recording, which are read with it",
    ),
)
