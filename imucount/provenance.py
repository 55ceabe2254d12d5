"""Provenance: what a session was counted from, and by what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from os import PathLike, fsdecode
from typing import Any

from imucount.axis_map import AXES_KEYS

__all__ = ["Provenance", "version"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a session was counted from, and by what: enough to count it again.

    Attributes
    ----------
    version : str or None
        Of the imucount that counted.
    file : str or None
        The recording, by the path that was given.
    start_utc : str or None
        When it began, ISO 8601, where the recording or the source tells it.
    device : str or None
        The clip, by name and address, or by its kind, where the recording or the source tells it.
    simulated : bool or None
        Whether it is a simulation; None where nothing is said, as of any file that imucount did not write.
    settings : mapping of str to JSON value
        Whatever else a counter was asked for, by the names of the parameters of `RepCounter`.
    profile : mapping of str to JSON value, or None
        The profile that told the directions, as `Profile.to_json` gives it.
    """

    version: str | None = None
    file: str | None = None
    start_utc: str | None = None
    device: str | None = None
    simulated: bool | None = None
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)
    profile: Mapping[str, Any] | None = field(default=None, hash=False)

    def of(self, metadata: Mapping[str, str], path: str | PathLike[str] | None = None) -> Provenance:
        """Add what the header of a recording, or a source, says, and where it is.

        Examples
        --------
        >>> told = Provenance("0.1.0").of({"device": "Clip 7, 00:11", "simulated": "yes"}, "s/1.csv")
        >>> told.file, told.device, told.simulated, told.start_utc
        ('s/1.csv', 'Clip 7, 00:11', True, None)
        """
        simulated = metadata.get("simulated", "").strip().lower()
        axes = {key: metadata[key] for key in AXES_KEYS.values() if key in metadata}
        return replace(
            self,
            settings={**self.settings, **axes},
            # A name that is no text in the file system's encoding has to be text here all the same.
            file=self.file if path is None else fsdecode(path).encode("utf-8", "replace").decode("utf-8"),
            start_utc=metadata.get("start_utc", self.start_utc),
            device=metadata.get("device", metadata.get("sensor", self.device)),
            simulated={"yes": True, "no": False}.get(simulated, self.simulated),
        )


@cache
def version() -> str | None:
    """Version of imucount, None in a source tree that is not installed."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as version_of  # slow to import

    try:
        return version_of("imucount")
    except PackageNotFoundError:
        return None
