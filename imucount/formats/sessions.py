"""Sessions: which of many files belong together as one recording."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from imucount.errors import RecordingError
from imucount.formats.csv_reader import open_csv
from imucount.formats.layouts.bids import is_bids, sidecars
from imucount.formats.opening import known_export
from imucount.formats.session_files import is_beside

__all__ = ["sessions_of"]

_SENSOR = re.compile(
    r"(?:(?:total|linear|lin|uncalibrated)[_\- ]*)*"
    r"(?<![a-z])(?:total|linear)?(?:acc|accel|acceleration|accelerometer|gyr|gyro|gyroscope|gravity|mag|magn|"
    r"magnetometer|ppg|ppi|hr|ecg|orientation|barometer|rotation)(?:uncalibrated)?(?![a-z])"
    r"(?:[_\- ]*\d+(?:\.\d+)?hz)?",
    re.IGNORECASE,
)


def sessions_of(files: Sequence[str]) -> list[tuple[str, ...]]:
    """Bring files together that are parts of one recording, in the order of the first of each.

    Parts are in one folder, and their names differ in the sensor alone. Files that say more of a recording, and
    in the folder of parts those that hold no recording themselves, are left out; what is not there is not.
    """
    exports = {file: known_export(file) if _is_of_sensor(file) else None for file in files}
    folders = {os.path.dirname(file) for file, export in exports.items() if export is not None and export.in_parts}
    others = {name for file in files if is_bids(file) for name in sidecars(file)}
    sessions: dict[tuple[str, ...], list[str]] = {}
    for file, export in exports.items():
        folder, name = os.path.split(file)
        if file in others or (is_beside(file) and len(files) > 1):
            continue
        if export is not None and export.in_parts:
            sessions.setdefault((folder, export.name, _without_sensor(name)), []).append(file)
        elif folder not in folders or known_export(file) is not None or _is_recording(file):
            sessions[file,] = [file]
    return [tuple(session) for session in sessions.values()]


def _is_of_sensor(file: str) -> bool:
    return _SENSOR.search(os.path.splitext(os.path.basename(file))[0]) is not None


def _without_sensor(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", _SENSOR.sub(" ", os.path.splitext(name)[0]).lower()).strip()


def _is_recording(file: str) -> bool:
    if os.path.isfile(file):
        try:
            open_csv(file).close()
        except RecordingError:
            return False
    return True
