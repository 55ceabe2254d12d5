"""Zeroed: what was taken away from an acceleration that somebody zeroed in its mount.

What is the same all the time does not change how acceleration changes, but acc x gyr. So d(acc)/dt, which is
(acc + offset) x gyr, tells it, and that what comes of it is as long as gravity confirms it.
"""

from __future__ import annotations

import numpy as np

from imucount.filters import EvenGrid, Lowpass
from imucount.intake.axes import AxesVerdict
from imucount.intake.gravity import magnitude
from imucount.intake.turning import CUTOFF_HZ, GRID_HZ
from imucount.samples import STANDARD_GRAVITY, FloatArray, Samples
from imucount.sets import LONGEST_BRIDGE_S

__all__ = ["taken_away", "zeroed_verdict"]

EXPLAINED = 0.5
"""What the offset may leave of d(acc)/dt: of accelerometers that were zeroed 0.01, and 0.4 where somebody walked
between the sets."""

GRAVITY = 0.2
"""By what share the length may differ from gravity, which nothing made it fit."""


def taken_away(samples: Samples) -> FloatArray | None:
    """Tell what has to be added to the acceleration so that it agrees with the angular rate.

    Parameters
    ----------
    samples : Samples
        With angular rate, in which the acceleration does not agree.

    Returns
    -------
    (3,) array, m/s², or None
        None where no offset makes both sensors tell of the same turning, and of gravity.

    Examples
    --------
    >>> from imucount.simulate import Circles, simulate
    >>> true = simulate([Circles(6, "forward")]).samples
    >>> offset = taken_away(Samples(true.t, true.acc - [3.0, -2.0, 5.0], true.gyr))
    >>> bool(np.abs(offset - [3.0, -2.0, 5.0]).max() < 2.0)
    True
    """
    bends: list[FloatArray] = []
    rates: list[FloatArray] = []
    n_seen = 0.0
    cuts = np.flatnonzero(np.diff(samples.t) > LONGEST_BRIDGE_S) + 1
    for begin, end in zip([0, *cuts.tolist()], [*cuts.tolist(), len(samples)]):
        piece = samples[begin:end]
        assert piece.gyr is not None
        x = np.concatenate([piece.acc.T, piece.gyr.T])
        smooth = Lowpass(CUTOFF_HZ, GRID_HZ).update(EvenGrid(GRID_HZ).update(piece.t, x))
        if smooth.shape[1] < 2:
            continue
        change = np.diff(smooth[:3]) * GRID_HZ
        middle = 0.5 * (smooth[:, 1:] + smooth[:, :-1])
        rate = middle[3:] - np.median(middle[3:], axis=1, keepdims=True)  # at rest it is 0
        bends.append(change - np.cross(middle[:3], rate, axis=0))
        rates.append(rate)
        n_seen += float((change * change).sum())
    if not bends:
        return None
    bend, rate = np.concatenate(bends, axis=1), np.concatenate(rates, axis=1)
    # offset x rate = bend, in the sense of least squares
    turned = float((rate * rate).sum()) * np.eye(3) - rate @ rate.T
    if np.linalg.matrix_rank(turned) != 3:
        return None
    towards = np.cross(rate, bend, axis=0).sum(axis=1)
    offset: FloatArray = np.linalg.solve(turned, towards)
    left = float((bend * bend).sum()) - float(offset @ towards)
    length = float(np.median(magnitude(samples.acc + offset))) / STANDARD_GRAVITY
    return offset if left < EXPLAINED * n_seen and abs(length - 1.0) < GRAVITY else None


def zeroed_verdict(added_m_s2: FloatArray) -> AxesVerdict:
    """Say of an acceleration that it agrees with something added to it."""
    added = ", ".join(f"{each:.1f}" for each in added_m_s2)
    return AxesVerdict(
        "contradicting",
        "Accelerometer and gyroscope tell of different turning, but agree where something is added to the "
        f"acceleration, ({added}) m/s^2",
        "Was the accelerometer zeroed in its mount? Record it as it measures, in its own axes.",
        is_explained=True,
    )
