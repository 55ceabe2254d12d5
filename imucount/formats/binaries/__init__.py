"""Recordings that are no text: a module a format, and the table of them here."""

from __future__ import annotations

from imucount.formats.binaries.actigraphy import ACTIGRAPH_GT3X, AXIVITY_CWA, GENEACTIV_BIN
from imucount.formats.binaries.binary import Binary
from imucount.formats.binaries.xdf import XDF

__all__ = ["BINARIES", "Binary", "binary_of"]

BINARIES: tuple[Binary, ...] = (XDF, AXIVITY_CWA, ACTIGRAPH_GT3X, GENEACTIV_BIN)
"""All that are read."""

_HEAD_BYTES = 1 << 12


def binary_of(path: str) -> Binary | None:
    """Tell by the first bytes of a file what it is a recording of; None where that is none of these."""
    try:
        with open(path, "rb") as file:
            head = file.read(_HEAD_BYTES)
    except (OSError, ValueError):
        return None
    return next((binary for binary in BINARIES if binary.fits(path, head)), None)
