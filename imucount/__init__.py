"""imucount counts shoulder circles, with the direction of each, from a wearable IMU."""

from typing import TYPE_CHECKING

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
from imucount.formats.csv_reader import CsvReader, open_csv, read_csv
from imucount.formats.frames import recording_of_frame
from imucount.formats.inspection import Inspection, inspect_csv
from imucount.formats.opening import read
from imucount.formats.recording import Recording, RecordingWriter, write_csv
from imucount.live.counting import LiveUpdate, count_live
from imucount.live.recorder import Recorder
from imucount.programme import Assessment, Outcome, PlannedSet, Programme, assess
from imucount.provenance import Provenance
from imucount.reps import Direction, Phase, Position, Rep, Tempo
from imucount.samples import Samples
from imucount.sets import Exercise, Gap, RepSet, Session, Side
from imucount.sources import Nearby, Notice, Source, open_source, scan

__all__ = [
    "Assessment",
    "Batch",
    "BatchFailure",
    "BluetoothError",
    "CountingError",
    "CsvReader",
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
    "teach",
    "teach_reps",
    "write_csv",
]

if TYPE_CHECKING:
    from imucount import simulate as simulate

    __version__: str
else:

    def __getattr__(name):
        """Give what takes time to import, and is not needed to count a recording."""
        from importlib import import_module

        if name == "__version__":
            return import_module("imucount.provenance").version() or "0+unknown"
        if name == "simulate":
            return import_module("imucount.simulate")
        raise AttributeError(f"module 'imucount' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__", "simulate"]
