"""imucount counts shoulder circles, with the direction of each, from a wearable IMU.

A name is imported when it is first asked for, so that a program waits for nothing that it does not use.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # as `typing` has it, which takes longer to import than all of this
if TYPE_CHECKING:
    from typing import Any

    from imucount import simulate as simulate
    from imucount.circles.profile import Profile, teach
    from imucount.cohort.batch import Batch, BatchFailure, batch
    from imucount.cohort.comparison import compare
    from imucount.counter import Progress, RepCounter
    from imucount.counting import count
    from imucount.cyclic.taught import ExerciseProfile, teach_reps
    from imucount.errors import (
        BluetoothError,
        CountingError,
        DeviceError,
        DeviceNotFoundError,
        DisconnectedError,
        ImucountError,
        ProgrammeError,
        RecordingError,
        SampleError,
        SensorError,
        SimulationError,
        SourceError,
    )
    from imucount.formats.bids_export import to_bids
    from imucount.formats.csv_reader import CsvReader, open_csv, read_csv
    from imucount.formats.frames import recording_of_frame
    from imucount.formats.inspection import Inspection, inspect_csv
    from imucount.formats.opening import read
    from imucount.formats.recording import Recording, RecordingWriter, write_csv
    from imucount.live.counting import LiveUpdate, count_live, stream
    from imucount.live.recorder import Recorder
    from imucount.programme import Assessment, Outcome, PlannedSet, Programme, assess
    from imucount.provenance import Provenance
    from imucount.reps import Direction, Phase, Position, Rep, Tempo
    from imucount.samples import Samples
    from imucount.session import Session
    from imucount.sets import Exercise, Gap, RepSet, Side
    from imucount.signals import CircleSignals, CyclicSignals, SeenLoop, SeenSet
    from imucount.sources import Nearby, Notice, Source, open_source, scan

    __version__: str

__all__ = [
    "Assessment",
    "Batch",
    "BatchFailure",
    "BluetoothError",
    "CircleSignals",
    "CountingError",
    "CsvReader",
    "CyclicSignals",
    "DeviceError",
    "DeviceNotFoundError",
    "Direction",
    "DisconnectedError",
    "Exercise",
    "ExerciseProfile",
    "Gap",
    "ImucountError",
    "Inspection",
    "LiveUpdate",
    "Nearby",
    "Notice",
    "Outcome",
    "Phase",
    "PlannedSet",
    "Position",
    "Profile",
    "Programme",
    "ProgrammeError",
    "Progress",
    "Provenance",
    "Recorder",
    "Recording",
    "RecordingError",
    "RecordingWriter",
    "Rep",
    "RepCounter",
    "RepSet",
    "SampleError",
    "Samples",
    "SeenLoop",
    "SeenSet",
    "SensorError",
    "Session",
    "Side",
    "SimulationError",
    "Source",
    "SourceError",
    "Tempo",
    "assess",
    "batch",
    "compare",
    "count",
    "count_live",
    "inspect_csv",
    "open_csv",
    "open_source",
    "read",
    "read_csv",
    "recording_of_frame",
    "scan",
    "stream",
    "teach",
    "teach_reps",
    "to_bids",
    "write_csv",
]

_MODULES = {
    "imucount.circles.profile": "Profile teach",
    "imucount.cohort.batch": "Batch BatchFailure batch",
    "imucount.cohort.comparison": "compare",
    "imucount.counter": "Progress RepCounter",
    "imucount.counting": "count",
    "imucount.cyclic.taught": "ExerciseProfile teach_reps",
    "imucount.errors": "BluetoothError CountingError DeviceError DeviceNotFoundError DisconnectedError "
    "ImucountError ProgrammeError RecordingError SampleError SensorError SimulationError SourceError",
    "imucount.formats.bids_export": "to_bids",
    "imucount.formats.csv_reader": "CsvReader open_csv read_csv",
    "imucount.formats.frames": "recording_of_frame",
    "imucount.formats.inspection": "Inspection inspect_csv",
    "imucount.formats.opening": "read",
    "imucount.formats.recording": "Recording RecordingWriter write_csv",
    "imucount.live.counting": "LiveUpdate count_live stream",
    "imucount.live.recorder": "Recorder",
    "imucount.programme": "Assessment Outcome PlannedSet Programme assess",
    "imucount.provenance": "Provenance",
    "imucount.reps": "Direction Phase Position Rep Tempo",
    "imucount.samples": "Samples",
    "imucount.session": "Session",
    "imucount.sets": "Exercise Gap RepSet Side",
    "imucount.signals": "CircleSignals CyclicSignals SeenLoop SeenSet",
    "imucount.sources": "Nearby Notice Source open_source scan",
}
"""Where the names are, for who runs this; above for who reads it."""

_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names.split()}


def _get(name: str) -> Any:
    if name in _MODULE_OF:
        return getattr(import_module(_MODULE_OF[name]), name)
    if name == "__version__":
        return import_module("imucount.provenance").version() or "0+unknown"
    if not name.startswith("_"):
        from importlib.util import find_spec  # not needed for any of the names above

        if find_spec(f"imucount.{name}") is not None:
            return import_module(f"imucount.{name}")
    raise AttributeError(f"module 'imucount' has no attribute {name!r}")


if not TYPE_CHECKING:  # which would then take every name for one that exists

    def __getattr__(name):
        """Import a name, or a module of the package, the first time that it is asked for."""
        globals()[name] = value = _get(name)
        return value


def __dir__() -> list[str]:
    return [*__all__, "__version__", "simulate"]
