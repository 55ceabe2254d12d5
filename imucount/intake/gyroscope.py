"""Gyroscope: whether its unit is the one that is declared, judged by lengths that no turning of axes changes."""

from __future__ import annotations

from math import pi

import numpy as np

from imucount.intake.advice import column_advice
from imucount.intake.axes import all_maps
from imucount.intake.turning import TurningSums
from imucount.units import PLAIN_UNITS, TO_SI

__all__ = ["gyroscope_problem", "is_judged"]

LEAST_MOVING_S = 2.0
"""One block of movement: so much is needed to tell by what is explained."""

LONG_MOVING_S = 4.0
"""Two blocks: so much is needed where less is explained."""

SEEN_IF_DEGREES = 0.12
"""Of the turning that the gyroscope tells, the accelerometer sees 0.66 to 1.23 on shoulders and 0.21 to 5.8 in
1463 real recordings in rad/s, vigorous, and with axes that disagree, too. In deg/s that is 0.004 to 0.1."""

FAST_RAD_S = 4.0
"""Over two seconds of slow movement, rms: no real recording in rad/s had more than 3.8, circles in deg/s had 6 to
25. A pirouette, of which an accelerometer sees nothing, has less."""

SEEN_IF_TOO_SMALL = 11.0
"""Radians that are taken for degrees: 12 and more, where the turning that is told, 57 times as large, also
explains the acceleration, whichever way the axes are."""

SURELY_EXPLAINED = 0.3
"""Slow and small circles in the wrong unit left 0.02 to 0.25 of d(acc)/dt once it was put right, single ones up to
0.3. One block of 1442 real recordings in rad/s, those that seem wrong by lengths, left 0.47 and more."""

EXPLAINED = 0.6
"""The same over two blocks and more."""

TURNED_RAD_S = 0.05
"""What the accelerometer must have seen at most of a block, rms; circles make 0.1 to 0.4."""


def gyroscope_problem(sums: TurningSums, unit: str | None = None) -> str | None:
    """Why the angular rate cannot be in its unit, or None.

    Parameters
    ----------
    sums : TurningSums
        Of what came so far, in SI units as they were declared.
    unit : str, optional
        The unit of the angular rate in the table that it is from, where it is from one.
    """
    if not is_judged(sums):
        return None
    declared = unit or PLAIN_UNITS["gyr"]
    by_acc, by_gyr = sums.rms_rad_s
    seen = by_acc / by_gyr
    if SEEN_IF_DEGREES <= seen <= SEEN_IF_TOO_SMALL:
        return None
    most_acc, most_gyr = sums.most_rad_s
    most = most_gyr / TO_SI["gyr"][declared]
    told = f"expected the angular rate in {declared}, got turning of up to {most:.3g} a second, of which"
    if (
        declared == "rad/s"
        and seen < SEEN_IF_DEGREES
        and (most_gyr > FAST_RAD_S or _left(sums, pi / 180.0) < SURELY_EXPLAINED)
    ):
        return (
            f"{told} the accelerometer sees only {100 * seen:.1f} %; is it in deg/s?"
            f"{column_advice('gx', 'deg/s', unit)}"
        )
    if seen > SEEN_IF_TOO_SMALL:
        is_long = sums.moving_s >= LONG_MOVING_S and most_acc > TURNED_RAD_S
        if _left(sums, 180.0 / pi) < (EXPLAINED if is_long else SURELY_EXPLAINED):
            likely = "rad/s" if declared == "deg/s" else "another unit, such as turns"
            return (
                f"{told} the accelerometer sees {seen:.0f} times as much; is it in {likely}?"
                f"{column_advice('gx', likely, unit)}"
            )
    return None


def is_judged(sums: TurningSums | None) -> bool:
    """Whether there was movement enough to tell the unit by."""
    return sums is not None and sums.moving_s >= LEAST_MOVING_S and sums.rms_rad_s[1] > 0.0


def _left(sums: TurningSums, factor: float) -> float:
    """How much of d(acc)/dt an angular rate so many times as large leaves, whichever way the axes are."""
    return float(np.min(sums.unexplained(all_maps() * factor)))
