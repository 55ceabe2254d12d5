"""HowToRead: what a user tells of files, over what they say, or where they leave it open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from os import PathLike
from typing import TypedDict

from imucount.axis_map import AXES_KEYS, AxisMap, axes_told
from imucount.errors import SampleError
from imucount.formats.columns import known_units
from imucount.formats.dialect import SEPARATORS
from imucount.formats.layouts.export import Ask

__all__ = ["HowToRead", "ReadingOptions"]


class ReadingOptions(TypedDict, total=False):
    """The fields of `HowToRead` as keywords of what reads a file."""

    units: Mapping[str, str] | None
    device: str | None
    sampling_rate_hz: float | None
    acc_sign: int | None
    columns: Mapping[str, str] | None
    gyr_axes: str | None
    acc_axes: str | None
    layout: str | PathLike[str] | None
    separator: str | None


@dataclass(frozen=True, slots=True)
class HowToRead:
    """What a user tells of files; what is None is not told.

    Attributes
    ----------
    units : mapping of str to str or None
        Units of "t", "acc" or "gyr" that a person knows, over what the file says. What looks wrong about them is a
        warning then.
    device : str or None
        Whose rows to read, of a recording of several devices.
    sampling_rate_hz : float or None
        Rate of the rows, Hz, where the file has neither time nor rate.
    acc_sign : {1, -1} or None
        -1 where an axis that points up at rest reads -1 g, where the files leave it open.
    columns : mapping of str to str or None
        Names of columns where they are nobody's, theirs to ours, such as ``{"chest_1": "ax (g)"}``; ours may be
        "device", for the column that says whose row it is.
    gyr_axes, acc_axes : str or None
        Which axis of the file each axis x, y, z is taken from, such as "y,-x,z"; over what the file says.
    separator : str or None
        What stands between the cells of a row, over what the file looks like.
    layout : path-like or None
        A file of all this, as `imucount inspect --save-layout` writes it; what else is told is over it.

    Raises
    ------
    SampleError
        If a unit, the rate or the sign is none.
    CountingError
        If axes are none.
    """

    units: Mapping[str, str] | None = None
    device: str | None = None
    sampling_rate_hz: float | None = None
    acc_sign: int | None = None
    columns: Mapping[str, str] | None = None
    gyr_axes: str | None = None
    acc_axes: str | None = None
    layout: str | PathLike[str] | None = None
    separator: str | None = None

    def __post_init__(self) -> None:
        rate_hz = self.sampling_rate_hz
        if rate_hz is not None and not (isinstance(rate_hz, (int, float)) and 0 < rate_hz < float("inf")):
            raise SampleError(f"expected a positive sampling rate in Hz, got {rate_hz!r}")
        if self.acc_sign not in (None, 1, -1):
            raise SampleError(f"expected acc_sign 1 or -1, got {self.acc_sign!r}")
        if self.separator is not None and self.separator not in SEPARATORS:
            raise SampleError(
                f"expected {', '.join(SEPARATORS.values())} between the columns, got {self.separator!r}"
            )
        if self.units is not None:
            object.__setattr__(self, "units", known_units(self.units))
        for name in AXES_KEYS.values():
            if getattr(self, name) is not None:
                object.__setattr__(self, name, AxisMap(getattr(self, name)).text)

    @property
    def ask(self) -> Ask:
        """What exports are asked for."""
        return Ask(self.device, self.sampling_rate_hz, self.acc_sign)

    @property
    def axes(self) -> dict[str, AxisMap]:
        """From which axes those of "acc" and "gyr" are taken, as far as that is told."""
        return axes_told({"gyr_axes": self.gyr_axes, "acc_axes": self.acc_axes})

    @property
    def options(self) -> ReadingOptions:
        """What is told, as keywords."""
        told = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in told.items() if value is not None}  # type: ignore[return-value]

    def over(self, other: HowToRead) -> HowToRead:
        """Give what both tell, this one's where they differ; a layout is taken for read."""
        return replace(other, **self.options | {"layout": None})
