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

from imucount.axis_map import AxisMap
from imucount.intake.turning import LEVER_M, TurningSums
from imucount.samples import FloatArray

__all__ = ["AxesVerdict", "all_maps", "judge_axes"]

LEAST_SEEN = 2.0
"""As much turning must be told by one sensor, and seen by the other, in `TurningSums.seen`. Two fast circles make
4 to 7, two of 3 s 20 and more, sessions of two sets 33 to 9,000; a minute of swinging arms, whose linear
acceleration hides it, 0.6 to 3."""

ENOUGH_SEEN = 8.0
"""The same where no exchange of axes explains what is seen: standing and walking make up to 20."""

EVIDENCE = 2.0
"""By how much what is unexplained must differ, in `TurningSums.seen`, for another mapping to be believed: in one
of 400 sound sessions more than 0.2 spoke for another; in the least of 288 with exchanged axes 2.7, in the median
500."""

SURE_EVIDENCE = 8.0
"""The same while more is to come. Twice as much is asked for a matrix of any kind, which fits noise, too."""

PLANAR = 0.01
"""Spread of the angular rate about the second of its axes, as a share of that about the first, below which nothing
follows: what turns about one axis alone says nothing of the others, and swings about it, far from the joint, look
reversed. Nods have 1e-6 to 1e-4, twists and walking 0.0015 to 0.004; circles, with everything between, 0.09 to
1."""

EXPLAINED = 0.2
"""Sound sensors left 0.004 to 0.1 of d(acc)/dt unexplained over these sessions, up to 0.34 of small circles."""

LIKELY = 0.6
"""The same at the end of whatever was seen: up to here another mapping is believed that leaves less."""

UNEXPLAINED = 0.75
"""Angular rate that has nothing to do with the acceleration leaves 1.1 to 2, with one that was zeroed in its mount
up to 3.4; sound sessions leave up to 0.49, other movement than about one axis up to 0.64."""

UNSEEN = 1.5
"""Times as much tilting as is seen must be told for an acceleration that does not tilt, as one in earth axes."""

LIMB_REACH_M = 0.75
"""How far from the joint a sensor may be on other limbs than a shoulder, whose clip is within `LEVER_M`. Wrists of
arms that swing were explained best at 0.55 to 0.65 m: of d(acc)/dt that leaves 0.2 to 0.5 where it is 1.6 to 2.2
without. A shoulder's fast circles, 30 in a row of 2 s, leave 0.03 in place of 0.12."""

SURELY_S = 12.0
"""So much movement, s, four circles, must have been seen before anything is said against the axes while more is to
come: two blocks of sound sensors were explained 5 times as well by some matrix, one time in ten."""

WORSE_THAN_NONE = 2.0
"""Left unexplained on any limb, however far from the joint: the gyroscope tells of turning the other way. Of 1383
recordings on which nothing speaks against the axes none left more than 1.85, which is jumping jacks; a unit whose
gyroscope no matrix explains, up to 7.9."""

CLEARLY = 1.2
"""By how much another mapping must leave less, or no other may. In 399 of 400 sound sessions none left less."""

TURNED = 2.2
"""By how much the best of all matrices may leave less than none. Sound sessions: 1 to 1.7, and one 2.4, which is
linear acceleration that goes along with turning; accelerometers turned by 90 deg: 3.6 and more."""

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

    def sentences(self, follows: str) -> str:
        """Say what was seen, what follows from it, and what can be done."""
        return f"{self.seen}: {follows}. {self.remedy}"


def judge_axes(
    sums: TurningSums, *, is_all: bool, of_shoulder: bool = True, taken: Mapping[str, AxisMap] | None = None
) -> AxesVerdict:
    """Judge by what was seen so far.

    Parameters
    ----------
    sums : TurningSums
    is_all : bool
        Whether nothing more is to come; then what is likelier is taken.
    of_shoulder : bool
        Whether it is a shoulder that moves. Other limbs swing so that what they tell is taken less at its word,
        but may turn about one axis alone.
    taken : mapping of str to AxisMap, optional
        From which axes of the sensor those of "acc" and "gyr" were taken already: the remedy names the sensor's.
    """
    is_all, ends = is_all and of_shoulder, is_all
    told = _tilting(sums)
    is_unseen = told > UNSEEN * sums.seen
    seen = told if is_unseen else min(sums.seen, told)
    may_contradict = ends or sums.moving_s >= SURELY_S
    is_little = seen < ENOUGH_SEEN
    if seen < LEAST_SEEN or (is_little and not may_contradict) or (of_shoulder and _is_planar(sums)):
        return AxesVerdict("open")
    maps = all_maps()
    left = sums.unexplained(maps)
    as_it_is, others = float(left[0]), left[1:]
    if not of_shoulder:
        as_it_is = min(as_it_is, sums.unexplained_far(LIMB_REACH_M))
    if float(others.min()) < as_it_is and _along_up(sums) > 0.0:
        others = np.where(_turns_up_round(sums, maps[1:]), np.maximum(others, as_it_is), others)
    best = int(np.argmin(others))
    mapped = float(others[best])
    fits = LIKELY if is_all else EXPLAINED
    evidence = (EVIDENCE if is_all else SURE_EVIDENCE) / max(sums.seen, EVIDENCE)
    if may_contradict and mapped * CLEARLY < as_it_is > mapped + evidence and mapped < fits:
        rivals = np.delete(others, best)
        is_alone = mapped * CLEARLY < float(rivals.min()) and mapped < 2.0 * sums.best_map(DOUBT)[1] + evidence
        return _contradiction(maps[1 + best] if is_alone else None, taken or {})
    if is_little:
        return AxesVerdict("open")
    turned = 1.0
    if as_it_is > 2.0 * evidence:  # less leaves nothing that a matrix could explain better
        best_matrix, least = sums.best_map(DOUBT)
        if as_it_is > least + 2.0 * evidence and float(np.linalg.norm(best_matrix - np.eye(3), 2)) > LEAST_TURN:
            far = min(as_it_is, sums.unexplained_far(LEVER_M)) if of_shoulder else as_it_is
            turned = far / max(least, 1e-9) if far > least + 2.0 * evidence else 1.0
        if may_contradict and turned > (TURNED if is_all else 2.0 * TURNED) and least < fits:
            return _contradiction()
    if is_all:
        return _contradiction() if as_it_is > UNEXPLAINED else AxesVerdict("sound")
    if ends and as_it_is > WORSE_THAN_NONE:
        return _contradiction()
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


def _is_planar(sums: TurningSums) -> bool:
    """Whether the sensor turned about one axis alone."""
    turning = np.einsum("iiac->ac", sums.turned)
    mean = turning[:3, 3]
    spread = np.linalg.eigvalsh(turning[:3, :3] - np.outer(mean, mean) / max(float(turning[3, 3]), 1e-12))
    return float(spread[1]) < PLANAR * float(spread[2])


def _tilting(sums: TurningSums) -> float:
    """How much of d(acc)/dt is told: what `TurningSums.seen` would be."""
    return float(np.einsum("ijij->", sums.turned[:, :, :3, :3]))


def _along_up(sums: TurningSums) -> float:
    """How much of the turning about up, as it is told, the tilt of up confirms: 1 as it is, -1 reversed."""
    up = np.linalg.eigh(sums.turned[:, :, 3, 3])[1][:, 0]
    return float(up @ sums.best_map(FREE)[0] @ up)


def _contradiction(mapping: FloatArray | None = None, taken: Mapping[str, AxisMap] | None = None) -> AxesVerdict:
    """Name the mapping that explains it, or those between which only the sensor's maker can tell."""
    seen = "Accelerometer and gyroscope tell of different turning, so their axes are not the same"
    return AxesVerdict("contradicting", seen, _remedy(mapping, taken or {}), mapping is not None)


def _remedy(mapping: FloatArray | None, taken: Mapping[str, AxisMap]) -> str:
    if mapping is None:
        return (
            "No exchange of axes alone explains it; was one of them zeroed in its mount, or given in earth axes? "
            "Record both as the sensor measures them, in its own axes."
        )
    gyr = AxisMap.of_matrix(mapping).after(taken.get("gyr")).text
    named = f'gyr_axes="{gyr}" (--gyr-axes={gyr})'
    if float(np.linalg.det(mapping)) > 0.0:
        acc = AxisMap.of_matrix(-mapping.T).after(taken.get("acc")).text
        other = f'acc_axes="{acc}" (--acc-axes={acc})'
    elif bool((mapping == -np.eye(3)).all()):
        mirrored = AxisMap("-x,y,z")
        acc, gyr = (mirrored.after(taken.get(quantity)).text for quantity in ("acc", "gyr"))
        other = f'both mirrored, acc_axes="{acc}" and gyr_axes="{gyr}" (--acc-axes={acc} --gyr-axes={gyr})'
    else:
        return f"They agree with {named}: give it if the sensor's axes are so."
    return (
        f"They agree with {named} and with {other}, which tell opposite directions: give the one that "
        "the sensor's maker says."
    )
