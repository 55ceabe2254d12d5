"""Recordings of activity monitors as they come off the device; by actfast, which is an extra.

Axivity AX6 has a gyroscope; Axivity AX3, ActiGraph and GENEActiv have none, so that no direction is known of them.
Stamps are the device's local time: it does not know its time zone.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from typing import Any

import numpy as np

from imucount.errors import SampleError
from imucount.formats.binaries.binary import Binary, package
from imucount.formats.layouts.export import Signals, Vectors
from imucount.formats.reading import HowToRead
from imucount.intake.rates import typical_step
from imucount.outside_text import printable_line

__all__ = ["ACTIGRAPH_GT3X", "AXIVITY_CWA", "GENEACTIV_BIN"]

_READS = "extra `actfast`; acceleration in g"


def _read(path: str, how: HowToRead) -> Signals:
    actfast = package("actfast", "actfast", "recordings of activity monitors")
    try:
        found = actfast.read(path, lenient=True)
    except Exception as error:  # of a damaged file it may be anything
        raise SampleError(
            f"expected a whole recording, got one that actfast cannot read: {error}; was the download cut short?"
        ) from error
    tables = list(found["timeseries"].values())
    acc, gyr = (next((table for table in tables if len(table.get(what, ()))), None) for what in _UNITS)
    if acc is None:
        raise SampleError("expected acceleration, got none; was the device set up to record it?")
    start_ns = acc["datetime"][0]
    vectors = _vectors(acc, "acceleration", start_ns)
    turning = None if gyr is None else _vectors(gyr, "gyroscope", start_ns)
    if turning is not None and np.array_equal(turning.t, vectors.t):
        turning = replace(turning, t=vectors.t)  # of the same rows
    declared_hz = _declared_hz(found)
    step_s = typical_step(np.diff(vectors.t)) if len(vectors.t) > 1 else 0.0
    if declared_hz and abs(declared_hz * step_s - 1.0) > _AGREES:
        raise SampleError(
            f"expected the {declared_hz:g} Hz that the file declares, got a sample every {step_s:.4g} s; "
            "actfast may not know its layout, so export it as CSV"
        )
    said = [printable_line(str(warning), 200) for warning in found["warnings"][:5]]
    return Signals(
        vectors,
        turning,
        sampling_rate_hz=declared_hz,
        metadata=_metadata(found),
        warnings=tuple(f"actfast says of the file: {each}." for each in said),
    )


_AGREES = 0.1
"""Clocks of such devices are off by a percent; this share apart is another rate."""

_UNITS = {"acceleration": "g", "gyroscope": "deg/s"}


def _vectors(table: Any, quantity: str, start_ns: int) -> Vectors:
    t = (table["datetime"] - start_ns) / 1e9
    return Vectors(t, table[quantity].astype(np.float64), _UNITS[quantity])


def _declared_hz(found: Any) -> float | None:
    """Find the rate that the header of the file declares; actfast takes it from elsewhere, or assumes one."""
    said = _said(found)
    match = re.match(r"[\d.]+", said.get("sample rate", said.get("sample rate hz", "")))
    return float(match[0]) if match else None


def _said(found: Any) -> dict[str, str]:
    """Give what the header says, by names in lower case and without underscores."""
    return {
        key.lower().replace("_", " "): str(value)
        for part in found["metadata"].values()
        for key, value in part.items()
    }


def _metadata(found: Any) -> dict[str, str]:
    said = _said(found)
    serial = next((value for key, value in said.items() if "serial" in key or "device id" in key), "")
    return {"device": printable_line(f"{found['format'].split()[0]} {serial}".strip())}


def _is_gt3x(path: str, head: bytes) -> bool:
    if not head.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return {"log.bin", "info.txt"} <= set(archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return False


AXIVITY_CWA = Binary(
    "an Axivity CWA recording",
    lambda path, head: head.startswith(b"MD") and len(head) >= 1024 and head[2:4] in (b"\x04\x02", b"\xfc\x03"),
    _read,
    reads=f"{_READS}, angular rate of an AX6 in deg/s",
    refuses="a file that is cut inside its header",
)
ACTIGRAPH_GT3X = Binary(
    "an ActiGraph GT3X recording",
    _is_gt3x,
    _read,
    reads=f"{_READS}; the direction stays unknown",
    refuses="the older layout, with activity.bin; records unknown to actfast; another rate than is declared",
)
GENEACTIV_BIN = Binary(
    "a GENEActiv recording",
    lambda path, head: head.startswith(b"Device Identity"),
    _read,
    reads=f"{_READS}; the direction stays unknown",
    refuses="nothing of it",
)
