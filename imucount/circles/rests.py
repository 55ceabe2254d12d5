"""Where the fall from a high point comes to rest, rather than to turn round: for many high points at once."""

from __future__ import annotations

import numpy as np

from imucount.circles.sides import IndexArray, Sides
from imucount.core.library import address, core
from imucount.samples import FloatArray

__all__ = ["FALL", "LEAST_FALL", "LINGER_S", "steps_to_rest"]

LINGER_S = 0.4
"""A fall has come to rest when the last 0.35 of its time, and 0.4 s at least, brought less than 0.08 of it."""

LEAST_FALL = 0.75
"""A fall that comes to rest earlier has not arrived: four separate moves rest half-way, too."""

FALL = np.dtype(
    [
        *((name, np.int64) for name in ("steps", "is_low")),
        *((name, np.float64) for name in ("least", "tied", "middle", "reach", "outward")),
        ("lowest", np.float64, 256),
    ]
)
"""As `imucount_fall` in the core: a fall that is watched."""


def steps_to_rest(fall: Sides, rise: Sides, least_fall: FloatArray, linger: int) -> IndexArray:
    """When a fall of the tilt has come to rest and the yaw has come back from its side.

    A shoulder that makes four separate moves rests at the front or the back as well, almost as low as at
    the bottom; what tells them apart is the yaw, once the share that goes along with the tilt is taken off.
    A rest that is longer than any hold needs no yaw, which may have drifted.

    Parameters
    ----------
    fall : Sides
        What comes after each high point, up to the present.
    rise : Sides
        What came before it.
    least_fall : (r,) array, rad
        A smaller fall has not arrived.
    linger : int
        Least number of samples to call it rest.

    Returns
    -------
    (r,) array
        Steps from the top to the first sample at which this was certain; -1 where it is not. What a row gives does
        not depend on the others, nor on how much follows.
    """
    room = np.empty(1, FALL)
    sides = [np.ascontiguousarray(each) for each in (fall.tilt, fall.yaw, rise.tilt, rise.yaw)]
    starts = [address(each) for each in sides]
    steps = np.empty(len(least_fall), dtype=np.int64)
    for row, (n, n_rise, least) in enumerate(zip(fall.length.tolist(), rise.length.tolist(), least_fall.tolist())):
        tilt, yaw, rise_tilt, rise_yaw = (start + row * each.strides[0] for start, each in zip(starts, sides))
        steps[row] = core().imucount_steps_to_rest(
            address(room), tilt, yaw, n, rise_tilt, rise_yaw, n_rise, least, linger
        )
    return steps
