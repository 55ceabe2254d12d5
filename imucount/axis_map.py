"""AxisMap: from which axes of a sensor those that are counted are taken, as somebody knows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from imucount.errors import CountingError
from imucount.samples import FloatArray, Samples

__all__ = ["AXES_KEYS", "AxisMap", "axes_told", "mapped"]

AXES_KEYS = {"gyr": "gyr_axes", "acc": "acc_axes"}
"""What the axes of a quantity are called, as options and in the header of a recording."""


@dataclass(frozen=True, slots=True)
class AxisMap:
    """Which axis of a sensor, with which sign, each axis x, y, z of what is counted is taken from.

    Attributes
    ----------
    text : str
        Such as "y,-x,z": the new x is the old y, the new y the reversed old x.

    Raises
    ------
    CountingError
        If the text is not each of x, y and z once.

    Examples
    --------
    >>> AxisMap("y,-x,z").apply(np.array([[1.0, 2.0, 3.0]]))
    array([[ 2., -1.,  3.]])
    """

    text: str

    def __post_init__(self) -> None:
        if not isinstance(self.text, str) or self._names() is None:
            raise CountingError(
                f"expected axes such as 'y,-x,z', each of x, y and z once and with or without a minus, "
                f"got {str(self.text)[:40]!r}"
            )
        object.__setattr__(self, "text", ",".join(self._names() or ()))

    def _names(self) -> list[str] | None:
        names = [part.strip().lower().removeprefix("+") for part in self.text.split(",")]
        return names if sorted(name.removeprefix("-") for name in names) == ["x", "y", "z"] else None

    @property
    def matrix(self) -> FloatArray:
        """The mapping as a (3, 3) matrix that is multiplied from the left."""
        matrix = np.zeros((3, 3))
        for row, name in enumerate(self.text.split(",")):
            matrix[row, "xyz".index(name[-1])] = -1.0 if name.startswith("-") else 1.0
        return matrix

    def apply(self, vectors: FloatArray) -> FloatArray:
        """Map the axes of (n, 3) vectors."""
        names = self.text.split(",")
        signs = np.array([-1.0 if name.startswith("-") else 1.0 for name in names])
        return np.ascontiguousarray(vectors[:, ["xyz".index(name[-1]) for name in names]] * signs)

    @property
    def inverse(self) -> AxisMap:
        """The mapping that undoes this one.

        Examples
        --------
        >>> AxisMap("y,-x,z").inverse
        AxisMap(text='-y,x,z')
        """
        return AxisMap.of_matrix(self.matrix.T)

    def after(self, first: AxisMap | None) -> AxisMap:
        """Return the mapping that does what the first one does, if there is one, and then what this one does."""
        return self if first is None else AxisMap.of_matrix(self.matrix @ first.matrix)

    @classmethod
    def of_matrix(cls, matrix: FloatArray) -> AxisMap:
        """Name a matrix that swaps and reverses axes."""
        places = np.argmax(np.abs(matrix), axis=1)
        return cls(
            ",".join(("-" if matrix[row, place] < 0 else "") + "xyz"[place] for row, place in enumerate(places))
        )


def axes_told(told: Mapping[str, Any]) -> dict[str, AxisMap]:
    """Return the axes of "gyr" and "acc" that options, or the header of a recording, tell.

    Raises
    ------
    CountingError
        If they are none.
    """
    return {quantity: AxisMap(told[key]) for quantity, key in AXES_KEYS.items() if told.get(key) is not None}


def mapped(samples: Samples, axes: Mapping[str, AxisMap]) -> Samples:
    """Give the axes of "acc" and "gyr" the places that were told of them."""
    if not axes:
        return samples
    acc, gyr = axes.get("acc"), axes.get("gyr")
    return Samples.owning(
        samples.t,
        samples.acc if acc is None else acc.apply(samples.acc),
        samples.gyr if gyr is None or samples.gyr is None else gyr.apply(samples.gyr),
    )
