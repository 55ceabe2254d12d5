"""imucount counts shoulder circles, with the direction of each, from a wearable IMU."""

from imucount.counter import Progress, RepCounter, count
from imucount.csv_reader import CsvReader, open_csv, read_csv
from imucount.errors import CountingError, ImucountError, RecordingError, SampleError
from imucount.inspection import Inspection, inspect_csv
from imucount.recording import Recording, RecordingWriter, recording_of_frame, write_csv
from imucount.reps import Direction, Phase, Position, Rep, Tempo
from imucount.samples import Samples
from imucount.sets import Exercise, Gap, RepSet, Session, Side

__all__ = [
    "CountingError",
    "CsvReader",
    "Direction",
    "Exercise",
    "Gap",
    "ImucountError",
    "Inspection",
    "Phase",
    "Position",
    "Progress",
    "Recording",
    "RecordingError",
    "RecordingWriter",
    "Rep",
    "RepCounter",
    "RepSet",
    "SampleError",
    "Samples",
    "Session",
    "Side",
    "Tempo",
    "count",
    "inspect_csv",
    "open_csv",
    "read_csv",
    "recording_of_frame",
    "write_csv",
]
