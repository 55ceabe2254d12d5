"""Samples: consecutive samples of one IMU, the one currency between modules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imucount.errors import SampleError

__all__ = ["STANDARD_GRAVITY", "FloatArray", "Samples", "describe", "interpolated"]

FloatArray = NDArray[np.float64]

STANDARD_GRAVITY = 9.80665
"""m/s², by definition (CGPM 1901): the unit g of data sheets."""


@dataclass(frozen=True, slots=True, eq=False, init=False, repr=False)
class Samples:
    """Consecutive samples of one IMU, in SI units and in the sensor frame.

    Parameters
    ----------
    t : (n,) array, s
        Time on the recording's own clock, strictly increasing. The spacing need not be even.
    acc : (n, 3) array, m/s²
        Specific force: an axis that points up at rest reads +9.81.
    gyr : (n, 3) array, rad/s, optional
        Angular rate, right-handed about each axis. None for a sensor without gyroscope.

    Raises
    ------
    SampleError
        If the shapes disagree, a value is not finite, or time does not increase.

    Examples
    --------
    >>> samples = Samples(t=[0.0, 0.01], acc=[[0, 0, 9.81]] * 2, gyr=[[0, 0, 0]] * 2)
    >>> len(samples), samples.duration_s
    (2, 0.01)
    >>> len(samples[1:])
    1
    """

    t: FloatArray
    acc: FloatArray
    gyr: FloatArray | None

    def __init__(self, t: ArrayLike, acc: ArrayLike, gyr: ArrayLike | None = None) -> None:
        # Copies: the caller may use its arrays again.
        self._take(_floats("t", t), _floats("acc", acc), None if gyr is None else _floats("gyr", gyr))

    def __repr__(self) -> str:
        return f"<Samples: {describe(self)}>"

    def __len__(self) -> int:
        return len(self.t)

    def __getitem__(self, index: slice) -> Samples:
        if not isinstance(index, slice) or (index.step or 1) < 1:
            raise SampleError(f"Samples take a slice with a positive step such as samples[10:20], got {index!r}")
        return _sound(self.t[index], self.acc[index], None if self.gyr is None else self.gyr[index])

    @classmethod
    def owning(cls, t: FloatArray, acc: FloatArray, gyr: FloatArray | None = None) -> Samples:
        """Make samples of arrays that nobody else will write to: they are checked, and not copied."""
        samples = cls.__new__(cls)
        samples._take(
            np.ascontiguousarray(t), np.ascontiguousarray(acc), None if gyr is None else np.ascontiguousarray(gyr)
        )
        return samples

    def _take(self, t: FloatArray, acc: FloatArray, gyr: FloatArray | None) -> None:
        if t.ndim != 1:
            raise SampleError(f"t must have one dimension, got shape {t.shape}")
        for name, values in (("acc", acc), ("gyr", gyr)):
            if values is not None:
                _check_vectors(name, values, len(t))
        _check_finite("t", t)
        _check_increasing(t)
        _fill(self, t, acc, gyr)

    @property
    def has_gyroscope(self) -> bool:
        """Whether angular rate is there."""
        return self.gyr is not None

    @property
    def duration_s(self) -> float:
        """Time from the first sample to the last, s; 0 for fewer than two samples."""
        return float(self.t[-1] - self.t[0]) if len(self.t) else 0.0

    @staticmethod
    def concatenate(parts: Sequence[Samples]) -> Samples:
        """Join consecutive pieces of one stream into one.

        Parameters
        ----------
        parts : sequence of Samples
            In order of time, all with a gyroscope or all without.
        """
        if len({part.has_gyroscope for part in parts}) != 1:
            raise SampleError(
                f"expected at least one piece, all with angular rate or all without, got {len(parts)} pieces "
                f"of which {sum(part.has_gyroscope for part in parts)} with; do they come from one sensor?"
            )
        if len(parts) == 1:
            return parts[0]
        gyr = [part.gyr for part in parts if part.gyr is not None]
        t = np.concatenate([part.t for part in parts])
        _check_increasing(t)
        return _sound(t, np.concatenate([part.acc for part in parts]), np.concatenate(gyr) if gyr else None)


def describe(samples: Samples) -> str:
    """Say in a few words what samples are.

    Examples
    --------
    >>> describe(Samples(t=[0.0, 0.1, 0.2], acc=[[0, 0, 9.81]] * 3))
    '3 samples in 0.2 s at 10 Hz, without gyroscope'
    """
    n, duration_s = len(samples), samples.duration_s
    rate = f" in {duration_s:.4g} s at {(n - 1) / duration_s:.4g} Hz" if n > 1 else ""
    gyroscope = "with" if samples.has_gyroscope else "without"
    return f"{n} sample{'' if n == 1 else 's'}{rate}, {gyroscope} gyroscope"


def _floats(name: str, values: ArrayLike) -> FloatArray:
    try:
        return np.array(values, dtype=np.float64, order="C")
    except (TypeError, ValueError, OverflowError) as error:
        raise SampleError(f"{name} must be an array of numbers, got {type(values).__name__}: {error}") from error


def _sound(t: FloatArray, acc: FloatArray, gyr: FloatArray | None) -> Samples:
    """Make samples of arrays that are known to be right: a part of samples, or several of them."""
    samples = Samples.__new__(Samples)
    _fill(samples, t, acc, gyr)
    return samples


def _fill(samples: Samples, t: FloatArray, acc: FloatArray, gyr: FloatArray | None) -> None:
    object.__setattr__(samples, "t", t)
    object.__setattr__(samples, "acc", acc)
    object.__setattr__(samples, "gyr", gyr)


def _check_vectors(name: str, values: FloatArray, n: int) -> None:
    if values.shape != (n, 3):
        raise SampleError(
            f"{name} must have shape ({n}, 3), one row of x, y, z for each of the {n} times, got {values.shape}"
        )
    _check_finite(name, values)


def _check_finite(name: str, values: FloatArray) -> None:
    if not np.isfinite(values).all():
        index = int(np.argwhere(~np.isfinite(values))[0][0])
        raise SampleError(
            f"{name} must be finite, got {values[index]} at index {index}; "
            "leave lost samples out instead of filling them with NaN"
        )


def _check_increasing(t: FloatArray) -> None:
    steps = np.diff(t)
    if (steps <= 0).any():
        index = int(np.argmax(steps <= 0))
        likely = (
            "has a packet one stamp for all of its samples? Make Samples of each, and a RepCounter spreads them"
            if steps[index] == 0.0
            else "were two recordings joined, or a packet repeated?"
        )
        raise SampleError(
            f"t must increase from sample to sample, got {t[index]:.6g} s then {t[index + 1]:.6g} s "
            f"at index {index + 1}; {likely}"
        )


def interpolated(at: FloatArray, t: FloatArray, columns: FloatArray) -> FloatArray:
    """Give what columns, (n, k), known at times t, (n,), are at others, (m,): on straight lines between them.

    Beyond the first and the last time they are as there.

    Examples
    --------
    >>> interpolated(np.array([0.5, 2.0]), np.array([0.0, 1.0]), np.array([[0.0, 10.0], [1.0, 20.0]]))
    array([[ 0.5, 15. ],
           [ 1. , 20. ]])
    """
    return np.stack([np.interp(at, t, column) for column in columns.T], axis=1)
