"""The table of signatures: the exports that imucount knows, and those that other packages add.

A package adds one by an entry point of the group `imucount.layouts` that names an `Export`, or several in a tuple.
The first that fits has the word, those of other packages before imucount's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from imucount.errors import RecordingError
from imucount.formats.layouts.actigraph import ACTIGRAPH
from imucount.formats.layouts.apdm import APDM
from imucount.formats.layouts.export import Export
from imucount.formats.layouts.gaitmap import GAITMAP, GAITMAP_ONE_ROW
from imucount.formats.layouts.ios_sensor import IOS_SENSOR
from imucount.formats.layouts.metabase import METABASE
from imucount.formats.layouts.movella import MOVELLA_DOT
from imucount.formats.layouts.movesense import MOVESENSE
from imucount.formats.layouts.openlog import OPENLOG
from imucount.formats.layouts.phyphox import PHYPHOX
from imucount.formats.layouts.physics_toolbox import PHYSICS_TOOLBOX
from imucount.formats.layouts.polar import POLAR
from imucount.formats.layouts.refused import REFUSED
from imucount.formats.layouts.sensor_logger import SENSOR_LOGGER
from imucount.formats.layouts.shimmer import SHIMMER
from imucount.formats.layouts.tables import Head
from imucount.formats.layouts.witmotion import WITMOTION
from imucount.formats.layouts.xsens import XSENS_MT
from imucount.outside_text import in_words

__all__ = ["EXPORTS", "export_faults", "export_of", "known_exports"]

ENTRY_POINTS = "imucount.layouts"

EXPORTS: tuple[Export, ...] = (
    *REFUSED,
    MOVELLA_DOT,
    XSENS_MT,
    SENSOR_LOGGER,
    PHYPHOX,
    METABASE,
    POLAR,
    WITMOTION,
    SHIMMER,
    PHYSICS_TOOLBOX,
    OPENLOG,
    ACTIGRAPH,
    APDM,
    IOS_SENSOR,
    MOVESENSE,
    GAITMAP,
    GAITMAP_ONE_ROW,
)
"""imucount's own, the more particular ones first."""


_faults: dict[str, RecordingError] = {}
"""What is wrong with what other packages add, as it was found."""


def known_exports() -> tuple[Export, ...]:
    """List the exports of other packages, and imucount's own.

    What a package adds and cannot be loaded, or is no Export, is not among them; `export_faults` tells it.
    """
    return (*_added_exports(), *EXPORTS)


def export_faults() -> tuple[RecordingError, ...]:
    """Tell what is wrong with exports of other packages that are left aside, as far as it has shown."""
    return tuple(_faults.values())


def export_of(heads: Sequence[Head]) -> tuple[Export, Head] | None:
    """Find the export that a file is of, and the line with the names of its columns; None if there is none."""
    for head in heads:
        for export in known_exports():
            try:
                if export.fits(head):
                    return export, head
            except (Exception, SystemExit) as error:
                if export in EXPORTS:
                    raise
                _fault(export.name, f"{export.name} to tell whether a file is one", error)
    return None


@cache
def _added_exports() -> tuple[Export, ...]:
    from importlib.metadata import entry_points  # slow to import

    added: list[Export] = []
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name):
        try:
            loaded = entry.load()
        except (Exception, SystemExit) as error:
            _fault(entry.value, f"the entry point {entry.value!r} to be loaded", error)
            continue
        exports = loaded if isinstance(loaded, tuple) else (loaded,)
        if all(isinstance(export, Export) for export in exports):
            added += exports
        else:
            _fault(entry.value, f"the entry point {entry.value!r} to name an Export, or a tuple of them", loaded)
    return tuple(added)


def _fault(key: str, expected: str, got: object) -> None:
    _faults.setdefault(
        key,
        RecordingError(
            f"expected {expected}, got {in_words(got)}; is the package that adds it whole, and of a fitting "
            "version?",
            key,
        ),
    )
