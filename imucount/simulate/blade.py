"""A shoulder blade that slides on the ribs.

The coordinates are those of the scapulothoracic joint of Seth, Matias, Veloso and Delp (PLoS ONE 2016,
10.1371/journal.pone.0141028): the blade lies on an ellipsoid, here the thorax of the Delft shoulder model, slides
round it and up on it, and turns about the normal there. How far it does so with the clavicle and the arm is what
Peeters et al. (JSES Int 2023;7:147) found in cadavers and Ludewig et al. (JBJS 2009;91:378) in vivo.
"""

from __future__ import annotations

import numpy as np

from imucount.samples import FloatArray
from imucount.simulate.quaternions import exp, log, multiply

THORAX_M = (0.094, 0.147, 0.208)
"""Half axes of the thorax: forward, sideways and up."""

ROUND_DEG, UP_DEG = 229.5, 20.0
"""Where the relaxed blade lies on it, on the right side: longitude from the front, and latitude, of the
ellipsoid's own angles. The normal then points 37 deg from the back to the side, as the plane of the blade does
from the front."""

ROUND_WITH_CLAVICLE = 0.72
"""Longitude for each degree of protraction: the blade turns inwards by 7 deg for 10 of the clavicle."""

UP_WITH_CLAVICLE = 0.25
"""Latitude for each degree of elevation: a shrug of 25 deg tilts the blade a few degrees to the front."""

RISE_WITH_CLAVICLE = 1.04
"""Upward turn of the blade for each degree of the clavicle's elevation: 26 for 25."""

RISE_WITH_ARM, SETTING_DEG, RISE_WHILE_SETTING = 0.43, 30.0, 0.1
"""The same for each degree of a lifted arm; its first 30 degrees hardly move the blade."""


def blade_turn_rad(elevation_deg: FloatArray, protraction_deg: FloatArray, arm_deg: FloatArray) -> FloatArray:
    """Rotation vector of the right blade against the trunk, rad, shape (3, n); 0 for the relaxed shoulder.

    Parameters
    ----------
    elevation_deg, protraction_deg : (n,) array
        Rotation of the clavicle.
    arm_deg : (n,) array
        How far the arm is lifted.

    Examples
    --------
    Ten degrees of protraction turn the blade inwards, to the left:

    >>> none = np.zeros(1)
    >>> np.degrees(blade_turn_rad(none, np.array([10.0]), none))[2].round()
    array([7.])
    """
    lifted = np.maximum(arm_deg, 0.0)
    rise_deg = RISE_WITH_CLAVICLE * elevation_deg + RISE_WHILE_SETTING * lifted
    rise_deg = rise_deg + (RISE_WITH_ARM - RISE_WHILE_SETTING) * np.maximum(lifted - SETTING_DEG, 0.0)
    rest = _normal(np.zeros(1), np.zeros(1))
    normal = _normal(ROUND_WITH_CLAVICLE * protraction_deg, UP_WITH_CLAVICLE * elevation_deg)
    # The shortest turn from the one normal to the other.
    slide = np.concatenate([1.0 + (rest * normal).sum(axis=0)[None], np.cross(rest, normal, axis=0)])
    slide /= np.sqrt((slide * slide).sum(axis=0))
    return log(multiply(slide, exp(rest * np.radians(rise_deg))))


def _normal(round_deg: FloatArray, up_deg: FloatArray) -> FloatArray:
    """Outward normals of the ellipsoid, that far round and up from the relaxed blade, (3, n)."""
    longitude, latitude = np.radians(ROUND_DEG + round_deg), np.radians(UP_DEG + up_deg)
    level = np.cos(latitude)
    half_axes = np.array(THORAX_M)[:, None]
    normal = np.stack([level * np.cos(longitude), level * np.sin(longitude), np.sin(latitude)]) / half_axes
    return np.asarray(normal / np.sqrt((normal * normal).sum(axis=0)))
