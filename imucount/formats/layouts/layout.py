"""Layout: how one program writes its tables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["Layout", "plain_name"]


@dataclass(frozen=True, slots=True)
class Layout:
    """How one program writes its tables.

    Attributes
    ----------
    name : str
        Whose it is, such as "an Apple SensorLog export".
    markers : frozenset of str
        Names of columns, as `plain_name` gives them. All of them are there in this layout, and in no other.
    columns : mapping of str to sequence of str
        For "t", "ax" ... "gz" the names that hold it, as `plain_name` gives them; the first that is there counts.
    gravity : sequence of str
        Three columns of gravity alone, to be added to an acceleration that is without, where it is needed.
    units : mapping of str to str
        Units of "t", "acc" and "gyr".
    acc_sign : {1, -1}
        -1 where an axis that points up at rest reads -1 g.
    told : str
        A sentence for the reader of the result, where what was done to the values should be known.
    advice : str
        For a layout that cannot be read as it is: what to do, in the second half of a sentence. It is not read
        then.
    """

    name: str
    markers: frozenset[str]
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    gravity: Sequence[str] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    acc_sign: int = 1
    told: str = ""
    advice: str = ""

    def fits(self, names: Sequence[str]) -> bool:
        """Whether a table with columns of these names is of this layout."""
        return self.markers <= {plain_name(name) for name in names} | {name.strip() for name in names}


def plain_name(name: str) -> str:
    """Take the unit and the blanks off a name, and write it small.

    Examples
    --------
    >>> plain_name("gyroRotationX(rad/s)"), plain_name(" Phone timestamp")
    ('gyrorotationx', 'phone timestamp')
    """
    return re.sub(r"\s*[(\[].*[)\]]$", "", name.strip()).lower()
