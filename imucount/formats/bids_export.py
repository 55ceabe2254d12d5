"""Motion-BIDS: a recording and its reps as a part of a BIDS data set.

Source: the Brain Imaging Data Structure specification 1.10, chapters Motion and Task events.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from os import PathLike, fspath
from typing import Any

import numpy as np

from imucount.errors import RecordingError
from imucount.formats.recording import Recording
from imucount.outside_text import quoted
from imucount.provenance import version
from imucount.session import Session
from imucount.whole_file import replaced, write_error

__all__ = ["to_bids"]

BIDS_VERSION = "1.10.0"

TRACKING_SYSTEM = "imu"

_MISSING = "n/a"

_LABEL = re.compile(r"[0-9a-zA-Z]+")

_ROWS_AT_ONCE = 50_000

_COLUMNS: dict[str, dict[str, Any]] = {
    "onset": {"Description": "Start of the rep, since the first sample.", "Units": "s"},
    "duration": {"Description": "Length of the rep.", "Units": "s"},
    "trial_type": {
        "Description": "What it is: a rep by its direction.",
        "Levels": {
            "forward": "A circle of the shoulder that goes back, up, forward, down.",
            "backward": "A circle of the shoulder that goes forward, up, back, down.",
            "rep": "A rep of any exercise, or a circle whose direction is unknown.",
        },
    },
    "rep": {"Description": "Number of the rep in the recording, from 1."},
    "set": {"Description": "Number of its set, from 1."},
    "elevation_deg": {"Description": "Range of the motion up and down, peak to peak.", "Units": "deg"},
    "protraction_deg": {"Description": "Range of the motion forward and back, peak to peak.", "Units": "deg"},
    "confidence": {"Description": "How surely it is a rep, and one of that direction, from 0 to 1."},
}


def to_bids(
    recording: Recording,
    session: Session | None,
    folder: str | PathLike[str],
    *,
    subject: str,
    task: str = "circles",
    visit: str | None = None,
    run: int | None = None,
    tracked_point: str | None = None,
    replace: bool = False,
) -> str:
    """Write a recording as Motion-BIDS, and its reps as events of it, into a data set of one or of many.

    What a data set needs beside it is made where it is missing: dataset_description.json, README and
    participants.tsv; the start of the recording, where it is known, is in scans.tsv.

    Parameters
    ----------
    recording : Recording
    session : Session or None
        What was counted in it; None writes no events.
    folder : path-like
        The data set; it is made if it is not there.
    subject, task : str
        Labels, of letters and digits.
    visit : str, optional
        Label of what BIDS calls a session.
    run : int, optional
        Number of the recording among others that are alike, from 1.
    tracked_point : str, optional
        Where the sensor was worn; by default LeftShoulder or RightShoulder where the side is known, else Sensor.
    replace : bool, default False
        Whether to replace a recording that is there.

    Returns
    -------
    str
        Path of the `_motion.tsv`, which `imucount.read` gives back as it was, but that its time begins at 0.

    Raises
    ------
    RecordingError
        If a label is none, the recording is there already, or it cannot be written.
    """
    place = fspath(folder)
    for name, label in (("subject", subject), ("task", task), ("visit", visit)):
        if label is not None and not _LABEL.fullmatch(label):
            raise RecordingError(f"expected a {name} of letters and digits, got {quoted(label, 40)}", place)
    if run is not None and (isinstance(run, bool) or not isinstance(run, int) or run < 1):
        raise RecordingError(f"expected a run of 1 or more, got {run!r}", place)
    parts = [f"sub-{subject}", *([f"ses-{visit}"] if visit else [])]
    after = f"_run-{run}" if run is not None else ""
    stem = "_".join([*parts, f"task-{task}"])
    motion = os.path.join(place, *parts, "motion", f"{stem}_tracksys-{TRACKING_SYSTEM}{after}_motion.tsv")
    if os.path.exists(motion) and not replace:
        raise RecordingError(
            "expected a place for a new recording, got one that is there; is the run another?", motion
        )
    try:
        os.makedirs(os.path.dirname(motion), exist_ok=True)
    except (OSError, ValueError) as error:
        raise write_error(place, error) from error
    point = tracked_point or (f"{recording.side.title()}Shoulder" if recording.side else "Sensor")
    before = motion.removesuffix("_motion.tsv")
    channels = _channels(recording, point)
    _write_table(f"{before}_channels.tsv", channels)
    _write_json(f"{before}_motion.json", _description(recording, task, channels))
    if session is not None:
        events = os.path.join(os.path.dirname(motion), f"{stem}{after}_events")
        _write_table(f"{events}.tsv", _events(session, float(recording.samples.t[0])))
        _write_json(f"{events}.json", _COLUMNS)
    with replaced(motion) as file:
        file.writelines(_rows(recording))
    _describe_data_set(place, f"sub-{subject}")
    start = recording.metadata.get("start_utc")
    if start:
        of_subject = os.path.join(place, *parts)
        name = os.path.relpath(motion, of_subject).replace(os.sep, "/")
        scans = os.path.join(of_subject, "_".join([*parts, "scans.tsv"]))
        _add_row(scans, {"filename": name, "acq_time": start.replace("+00:00", "Z")})
    return motion


def _channels(recording: Recording, point: str) -> list[dict[str, str]]:
    kinds = [("acc", "ACCEL", "m/s^2"), *([("gyr", "GYRO", "rad/s")] if recording.samples.has_gyroscope else [])]
    first = {"name": "latency", "component": _MISSING, "type": "LATENCY", "tracked_point": _MISSING, "units": "s"}
    return [
        first,
        *(
            {"name": f"{name}_{axis}", "component": axis, "type": kind, "tracked_point": point, "units": unit}
            for name, kind, unit in kinds
            for axis in "xyz"
        ),
    ]


def _description(recording: Recording, task: str, channels: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    samples = recording.samples
    measured_hz = (len(samples) - 1) / samples.duration_s
    kinds = [channel["type"] for channel in channels]
    told: dict[str, Any] = {
        "TaskName": task,
        "SamplingFrequency": recording.sampling_rate_hz or round(measured_hz, 6),
        "SamplingFrequencyEffective": measured_hz,
        "TrackingSystemName": TRACKING_SYSTEM,
        "RecordingType": "continuous",
        "RecordingDuration": samples.duration_s,
        "MissingValues": _MISSING,
        "TrackedPointsCount": 1,
        "MotionChannelCount": len(channels),
        **{f"{kind}ChannelCount": kinds.count(kind) for kind in ("ACCEL", "GYRO", "LATENCY") if kind in kinds},
        "SoftwareVersions": f"imucount {version() or 'unknown'}",
    }
    device = recording.metadata.get("device") or recording.metadata.get("sensor")
    return told | ({"ManufacturersModelName": device} if device else {})


def _events(session: Session, start_s: float) -> list[dict[str, str]]:
    rows = []
    number = 0
    for of_set, rep_set in enumerate(session.sets, 1):
        for rep in rep_set.reps:
            number += 1
            rows.append(
                {
                    "onset": repr(rep.start_s - start_s),
                    "duration": repr(rep.end_s - rep.start_s),
                    "trial_type": rep.direction if rep.direction != "unknown" else "rep",
                    "rep": str(number),
                    "set": str(of_set),
                    "elevation_deg": _number(rep.elevation_deg),
                    "protraction_deg": _number(rep.protraction_deg),
                    "confidence": _number(rep.confidence),
                }
            )
    return rows


def _number(value: float | None) -> str:
    return _MISSING if value is None or not np.isfinite(value) else repr(float(value))


def _rows(recording: Recording) -> Iterator[str]:
    samples = recording.samples
    parts = [samples.t - samples.t[0], samples.acc, *([] if samples.gyr is None else [samples.gyr])]
    table = np.column_stack(parts)
    for start in range(0, len(table), _ROWS_AT_ONCE):
        yield "".join("\t".join(map(repr, row)) + "\n" for row in table[start : start + _ROWS_AT_ONCE].tolist())


def _describe_data_set(folder: str, participant: str) -> None:
    description = os.path.join(folder, "dataset_description.json")
    if not os.path.exists(description):
        name = os.path.basename(os.path.abspath(folder)) or "imucount"
        _write_json(description, {"Name": name, "BIDSVersion": BIDS_VERSION, "DatasetType": "raw"})
    if not any(os.path.exists(os.path.join(folder, f"README{ending}")) for ending in ("", ".md", ".rst", ".txt")):
        with replaced(os.path.join(folder, "README")) as file:
            file.write(
                "Recordings of one inertial sensor that is worn. Their events are the repetitions that imucount "
                "counted in them.\n"
            )
    _add_row(os.path.join(folder, "participants.tsv"), {"participant_id": participant})


def _add_row(path: str, row: Mapping[str, str]) -> None:
    """Add a row to a table of others, by its first column, in the place of the one that is there."""
    rows: list[dict[str, str]] = []
    if os.path.exists(path):
        try:
            with open(path, encoding="utf-8-sig", newline="") as file:
                rows = list(csv.DictReader(file, delimiter="\t"))
        except (OSError, ValueError, csv.Error) as error:
            raise RecordingError(f"expected a table to add a row to, got: {error}", path) from error
    key = next(iter(row))
    found = next((each for each in rows if each.get(key) == row[key]), None)
    if found is None:
        rows.append(dict(row))
    elif all(found.get(name) == value for name, value in row.items()):
        return
    else:
        found.update(row)
    _write_table(path, rows)


def _write_table(path: str, rows: Sequence[Mapping[str, str]]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row)) or list(_COLUMNS)
    text = io.StringIO()
    writer = csv.DictWriter(
        text, names, _MISSING, "ignore", delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE
    )
    writer.writeheader()
    writer.writerows(rows)
    with replaced(path) as file:
        file.write(text.getvalue())


def _write_json(path: str, document: Mapping[str, Any]) -> None:
    with replaced(path) as file:
        file.write(json.dumps(document, indent=2) + "\n")
