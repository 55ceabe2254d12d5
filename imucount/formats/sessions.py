"""Sessions: which of many files belong together as one recording."""

from __future__ import annotations

import os
from collections.abc import Sequence

from imucount.errors import RecordingError
from imucount.formats.csv_reader import open_csv
from imucount.formats.layouts.bids import is_bids, is_table_of_set, sidecars
from imucount.formats.opening import known_export
from imucount.formats.sensor_words import has_sensor_word, without_sensor_words
from imucount.formats.session_files import is_beside

__all__ = ["sessions_of"]


def sessions_of(files: Sequence[str]) -> list[tuple[str, ...]]:
    """Bring files together that are parts of one recording, in the order of the first of each.

    Parts are in one folder, and their names differ in the sensor alone. Files that say more of a recording, and
    in the folder of parts those that hold no recording themselves, are left out; so are the tables of a BIDS data
    set that hold no samples. What is not there is not.
    """
    exports = {file: known_export(file) if has_sensor_word(_stem(file)) else None for file in files}
    folders = {os.path.dirname(file) for file, export in exports.items() if export is not None and export.in_parts}
    others = {name for file in files if is_bids(file) for name in sidecars(file)}
    sessions: dict[tuple[str, ...], list[str]] = {}
    for file, export in exports.items():
        folder = os.path.dirname(file)
        is_of_set = file in others or (bool(others) and is_table_of_set(file))
        if is_of_set or (is_beside(file) and len(files) > 1):
            continue
        if export is not None and export.in_parts:
            sessions.setdefault((folder, export.name, without_sensor_words(_stem(file))), []).append(file)
        elif folder not in folders or known_export(file) is not None or _is_recording(file):
            sessions[file,] = [file]
    return [tuple(session) for session in sessions.values()]


def _stem(file: str) -> str:
    return os.path.splitext(os.path.basename(file))[0]


def _is_recording(file: str) -> bool:
    if os.path.isfile(file):
        try:
            open_csv(file).close()
        except RecordingError:
            return False
    return True
