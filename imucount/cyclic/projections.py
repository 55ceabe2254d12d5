"""Projections: a moving sensor's vectors along directions that are spread evenly, so that no mount is special."""

from __future__ import annotations

import numpy as np

from imucount.samples import FloatArray

__all__ = ["DIRECTIONS", "project"]

_EDGE, _CORNER = 2.0**-0.5, 3.0**-0.5

DIRECTIONS: tuple[tuple[float, float, float], ...] = (
    *((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    *((_EDGE, _EDGE, 0.0), (_EDGE, -_EDGE, 0.0), (_EDGE, 0.0, _EDGE)),
    *((_EDGE, 0.0, -_EDGE), (0.0, _EDGE, _EDGE), (0.0, _EDGE, -_EDGE)),
    *((_CORNER, _CORNER, _CORNER), (_CORNER, _CORNER, -_CORNER)),
    *((_CORNER, -_CORNER, _CORNER), (-_CORNER, _CORNER, _CORNER)),
)
"""The axes of a cube through its faces, edges and corners: whatever way a sensor sits, one of the 13 is within
28 deg of the movement and sees nine tenths of it."""


def project(vectors: FloatArray) -> FloatArray:
    """Length of each vector along each of `DIRECTIONS`.

    Parameters
    ----------
    vectors : (3, n) array

    Returns
    -------
    (13, n) array

    Examples
    --------
    >>> project(np.array([[0.0], [0.0], [9.81]]))[[0, 2], 0]
    array([0.  , 9.81])
    """
    # Element by element: the sums of a matrix product depend on how many columns it is given at a time.
    a, b, c = np.array(DIRECTIONS).T[..., np.newaxis]
    x, y, z = vectors
    lengths: FloatArray = a * x + b * y + c * z
    return lengths
