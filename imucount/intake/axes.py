"""Axes: whether accelerometer and gyroscope have the same ones, and how axes are mapped that have not.

What either sensor tells of turning is the same only where their axes are. There are 48 ways to swap and reverse
three axes, and each leaves a share of the accelerometer's turning unexplained; where another way than none leaves
clearly less, the axes are not the same. A mapping of the gyroscope R that is a rotation explains just what the
mirrored mapping -R' of the accelerometer explains, and reversed is as mirrored: the direction of a circle is not
the same in both, so nobody but the maker of the sensor can say which it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import permutations, product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from imucount.errors import CountingError
from imucount.intake.turning import TurningSums
from imucount.samples import FloatArray, Samples

__all__ = ["AxesVerdict", "AxisMap", "all_maps", "judge_axes", "mapped"]

LEAST_SEEN = 12.0
"""What one usual circle makes, in `TurningSums.seen`, or two small ones: below it nothing is said."""

EXPLAINED = 0.3
"""Sound sensors left 0.02 to 0.27 of d(acc)/dt unexplained over these sessions, 0.45 after a single small
circle."""

LIKELY = 0.6
"""The same at the end of whatever was seen: up to here another mapping is believed that leaves less."""

UNEXPLAINED = 1.05
"""Angular rate that has nothing to do with the acceleration leaves 1.2 and more; linear acceleration, however much
there is, leaves less than 1 where a shoulder turns: walking 0.6 to 0.95."""

TILTED = 0.55
"""Turning seen by the accelerometer, as a share of what is told, below which it is mostly about up, and nothing
follows from it: twists 0.13 to 0.16, arm swings 0.24 to 0.53. Circles, with anything between the sets: 0.66 to
1.23."""

UNSEEN = 1.5
"""Times as much tilting as is seen must be told for an acceleration that does not tilt, as one in earth axes."""

SURELY_S = 12.0
"""So much movement, s, four circles, must have been seen before anything is said against the axes while more is to
come: two blocks of sound sensors were explained 5 times as well by some matrix, one time in ten."""

WORSE_THAN_NONE = 1.5
"""Left unexplained on any limb: the gyroscope tells of turning the other way. 60 % of recordings of watches with
axes that are known to disagree, 5 to 10 % of vigorous exercises of those that agree, as swinging arms hide
gravity."""

CLEARLY = 1.25
"""By how much another mapping must leave less, or no other may, while more is to come. With two circles 5 of 180
sound sessions were on the wrong side of 1, down to 0.68; whole sessions were from 1.0 on."""

TURNED = 2.2
"""By how much the best of all matrices may leave less than none. Sound sessions: 1.1 to 1.94, which is linear
acceleration that goes along with turning; accelerometers turned by 40 deg: 1.5 to 13, by 60 deg: 3.7 and more."""

LEAST_TURNED = 0.08
"""Of d(acc)/dt; axes turned by less than 15 deg leave less, and mislead nobody."""

LEAST_TURN = 0.35
"""Norm of what the best matrix has beside the unit matrix: a turn by 20 deg. Errors of scale and alignment have
0.05, and explain much, too, where somebody turns round fast."""

DOUBT = 0.02
"""How near to the unit matrix the best matrix is held, as a share of the turning: about as much as is noise."""

FREE = 1e-5
"""How near to the unit matrix it is held where only what was seen is to count."""

CLOSE_TO_UP = 0.8
"""A mapping that turns up round is seen by nothing but the tilt of up in the circle. Where it nearly does, only
the part of the best matrix along up is asked: over whole sessions 0.23 to 1.5 of sound sensors, never below 0."""


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

    @classmethod
    def of_matrix(cls, matrix: FloatArray) -> AxisMap:
        """Name a matrix that swaps and reverses axes."""
        places = np.argmax(np.abs(matrix), axis=1)
        return cls(
            ",".join(("-" if matrix[row, place] < 0 else "") + "xyz"[place] for row, place in enumerate(places))
        )


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


@dataclass(frozen=True, slots=True)
class AxesVerdict:
    """What a signal says of its axes.

    Attributes
    ----------
    outcome : {"open", "sound", "contradicting"}
        Open while it cannot be told.
    seen : str
        What was seen of axes that contradict, the beginning of a sentence.
    remedy : str
        What can be done about it, a sentence.
    is_explained : bool
        Whether one fault explains what was seen: a mapping of axes, or an axis that is dead. Vigorous movement may
        look like axes that contradict, too, but nothing explains that.
    """

    outcome: Literal["open", "sound", "contradicting"]
    seen: str = ""
    remedy: str = ""
    is_explained: bool = False


def judge_axes(sums: TurningSums, *, is_all: bool, of_shoulder: bool = True) -> AxesVerdict:
    """Judge by what was seen so far.

    Parameters
    ----------
    sums : TurningSums
    is_all : bool
        Whether nothing more is to come; then what is likelier is taken.
    of_shoulder : bool
        Whether it is a shoulder that moves. Other limbs swing so that what they tell is taken less at its word.
    """
    is_all, ends = is_all and of_shoulder, is_all
    told = float(np.einsum("iiaa->", sums.turned[:, :, :3, :3])) / 2.0
    if max(sums.seen, told) < LEAST_SEEN:
        return AxesVerdict("open")
    maps = all_maps()
    left = sums.unexplained(maps)
    as_it_is, others = float(left[0]), left[1:]
    harmless = _turns_up_round(sums, maps[1:]) & np.bool_(_along_up(sums) > 0.0)
    others = np.where(harmless, np.maximum(others, as_it_is), others)
    best = int(np.argmin(others))
    mapped = float(others[best])
    best_matrix, least = sums.best_map(DOUBT)
    clearly = 1.0 if is_all else CLEARLY
    fits = LIKELY if is_all else EXPLAINED
    is_unseen = _tilting(sums) > UNSEEN * sums.seen
    is_tilted = not of_shoulder or sums.acc_rms > TILTED * sums.gyr_rms
    may_contradict = (ends or sums.moving_s >= SURELY_S) and (is_tilted or is_unseen)
    if may_contradict and mapped * clearly < as_it_is > LEAST_TURNED and mapped < fits:
        rivals = np.delete(others, best)
        is_alone = mapped * CLEARLY < float(rivals.min()) and mapped < max(2.0 * least, LEAST_TURNED)
        return _contradiction(maps[1 + best] if is_alone else None)
    is_turned = as_it_is > LEAST_TURNED and float(np.linalg.norm(best_matrix - np.eye(3), 2)) > LEAST_TURN
    turned = as_it_is / max(least, 1e-9) if is_turned else 1.0
    if may_contradict and turned > (TURNED if is_all else 2.0 * TURNED) and least < fits:
        return _contradiction(None)
    if is_all:
        is_unexplained = as_it_is > UNEXPLAINED and may_contradict
        return _contradiction(None) if is_unexplained else AxesVerdict("sound")
    if ends and as_it_is > WORSE_THAN_NONE:
        return _contradiction(None)
    if as_it_is < EXPLAINED and as_it_is * CLEARLY < mapped and turned < TURNED:
        return AxesVerdict("sound")
    return AxesVerdict("open")


@cache
def all_maps() -> FloatArray:
    """All 48 ways to swap and reverse axes, the first of which does nothing."""
    maps = []
    for places, signs in product(permutations(range(3)), product((1.0, -1.0), repeat=3)):
        matrix = np.zeros((3, 3))
        matrix[range(3), places] = signs
        maps.append(matrix)
    return np.stack(maps)


def _turns_up_round(sums: TurningSums, maps: FloatArray) -> NDArray[np.bool_]:
    """Whether each mapping reverses up and leaves the axis about which the sensor tilts as it is, nearly."""
    _, directions = np.linalg.eigh(sums.turned[:, :, 3, 3])
    up = directions[:, 0]  # about it the force does not turn
    level = np.eye(3) - np.outer(up, up)
    turning = np.einsum("iiac->ac", sums.turned[:, :, :3, :3])
    tilt = np.linalg.eigh(level @ turning @ level)[1][:, 2]
    reverses = np.einsum("i,mij,j->m", up, maps, up) < -CLOSE_TO_UP
    keeps = np.einsum("i,mij,j->m", tilt, maps, tilt) > CLOSE_TO_UP
    return np.asarray(reverses & keeps)


def _tilting(sums: TurningSums) -> float:
    """How much of d(acc)/dt is told: what `TurningSums.seen` would be."""
    return float(np.einsum("ijij->", sums.turned[:, :, :3, :3]))


def _along_up(sums: TurningSums) -> float:
    """How much of the turning about up, as it is told, the tilt of up confirms: 1 as it is, -1 reversed."""
    up = np.linalg.eigh(sums.turned[:, :, 3, 3])[1][:, 0]
    return float(up @ sums.best_map(FREE)[0] @ up)


def _contradiction(mapping: FloatArray | None) -> AxesVerdict:
    """Name the mapping that explains it, or those between which only the sensor's maker can tell."""
    seen = "Accelerometer and gyroscope tell of different turning, so their axes are not the same"
    return AxesVerdict("contradicting", seen, _remedy(mapping), mapping is not None)


def _remedy(mapping: FloatArray | None) -> str:
    if mapping is None:
        return "No exchange of axes alone explains it; are both given in the sensor's own axes?"
    gyr = AxisMap.of_matrix(mapping).text
    named = f'gyr_axes="{gyr}" (--gyr-axes={gyr})'
    if float(np.linalg.det(mapping)) > 0.0:
        acc = AxisMap.of_matrix(-mapping.T).text
        other = f'acc_axes="{acc}" (--acc-axes={acc})'
    elif bool((mapping == -np.eye(3)).all()):
        other = 'both mirrored, acc_axes and gyr_axes="-x,y,z" (--acc-axes=-x,y,z --gyr-axes=-x,y,z)'
    else:
        return f"They agree with {named}: give it if the sensor's axes are so."
    return (
        f"They agree with {named} and with {other}, which tell opposite directions: give the one that "
        "the sensor's maker says."
    )
