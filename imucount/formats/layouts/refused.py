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


_SEGMENTS = ("pelvis x", "pelvis q0", "t8 x", "t8 q0", "head x", "head q0")
"""Some of the columns of a sheet of MVN."""

_SHEETS = ("Segment Orientation - Quat", "Sensor Free Acceleration")
"""Some of its sheets, as their names are where a workbook was saved as text."""


def _is_mvn(head: Head) -> bool:
    line = " ".join(head.names)
    return any(sheet in line for sheet in _SHEETS) or (head.has("frame") and not head.plain.isdisjoint(_SEGMENTS))


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
        "an Xsens MVN export",
        _is_mvn,
        _refusal(
            "expected acceleration with gravity, got sheets of Xsens MVN, which hold orientations, positions and "
            "free acceleration; record with MT Manager, or export there, with Acc and Gyr"
        ),
        refuses="orientations, positions and free acceleration alone: record with MT Manager, with Acc and Gyr",
    ),
    Export(
        "a table of reps or sets",
        lambda head: head.has("set", "direction", "start_s", "end_s"),
        _refusal("expected a recording, got a table of reps or sets; give the recording that they are in"),
        refuses="give the recording that they are in",
    ),
    Export(
        "the events of a BIDS recording",
        lambda head: head.names[:2] == ("onset", "duration"),
        _refusal("expected a recording, got the events of one; give the _motion.tsv beside it"),
        refuses="give the `_motion.tsv` beside it",
    ),
    Export(
        "the channels of a Motion-BIDS recording",
        lambda head: head.names[0] == "name" and head.has("component", "type", "tracked_point", "units"),
        _refusal("expected a recording, got the file that names its channels; give the _motion.tsv beside it"),
        refuses="give the `_motion.tsv` beside it, which is read with it",
    ),
    Export(
        "the times of a phyphox export",
        lambda head: head.has("event", "experiment time", "system time"),
        _refusal("expected a recording, got the times of one; give its folder, zip or tables"),
        refuses="give the folder, zip or tables of the recording, which are read with it",
    ),
)
