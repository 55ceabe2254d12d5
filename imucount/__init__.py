"""imucount counts shoulder circles, with the direction of each, from a wearable IMU."""

from imucount.circles.profile import Profile, teach
from imucount.counter import Progress, RepCounter
from imucount.counting import count
from imucount.errors import (
    BluetoothError,
    CountingError,
    DeviceError,
    DeviceNotFoundError,
    DisconnectedError,
    ImucountError,
    RecordingError,
    SampleError,
    SensorError,
)
from imucount.formats.csv_reader import CsvReader, open_csv, read_csv
from imucount.formats.inspection import Inspection, inspect_csv
from imucount.formats.recording import Recording, RecordingWriter, recording_of_frame, write_csv
from imucount.live.counting import LiveUpdate, count_live
from imucount.live.recorder import Recorder
from imucount.reps import Direction, Phase, Position, Rep, Tempo
from imucount.samples import Samples
from imucount.sets import Exercise, Gap, RepSet, Session, Side
from imucount.sources import open_source, scan

__all__ = [
    "BluetoothError",
    "CountingError",
    "CsvReader",
    "DeviceError",
    "DeviceNotFoundError",
    "Direction",
    "DisconnectedError",
    "Exercise",
    "Gap",
    "ImucountError",
    "Inspection",
    "LiveUpdate",
    "Phase",
    "Position",
    "Profile",
    "Progress",
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
    "Tempo",
    "count",
    "count_live",
    "inspect_csv",
    "open_csv",
    "open_source",
    "read_csv",
    "recording_of_frame",
    "scan",
    "teach",
    "write_csv",
]
