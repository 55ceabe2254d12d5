"""Unit quaternions (w, x, y, z) as arrays of shape (4, n), and what they do to vectors of shape (3, n)."""

from __future__ import annotations

from typing import Literal

import numpy as np

from imucount.samples import FloatArray


def about(axis: Literal["x", "y", "z"], angle_deg: FloatArray) -> FloatArray:
    """Quaternions of turns about one axis."""
    half = np.radians(angle_deg) / 2.0
    quat = np.zeros((4, len(half)))
    quat[0] = np.cos(half)
    quat["wxyz".index(axis)] = np.sin(half)
    return quat


def exp(turn_rad: FloatArray) -> FloatArray:
    """Quaternions of rotation vectors, rad."""
    angle = np.sqrt((turn_rad * turn_rad).sum(axis=0))
    return np.concatenate([np.cos(angle / 2.0)[None], turn_rad * (0.5 * np.sinc(angle / (2.0 * np.pi)))])


def log(quat: FloatArray) -> FloatArray:
    """Rotation vectors of quaternions, rad, each the shorter way."""
    sign: FloatArray = np.where(quat[0] < 0.0, -1.0, 1.0)
    quat = quat * sign
    sine = np.sqrt((quat[1:] * quat[1:]).sum(axis=0))
    small = sine < 1e-12
    ratio: FloatArray = np.where(small, 2.0, 2.0 * np.arctan2(sine, quat[0]) / np.where(small, 1.0, sine))
    return quat[1:] * ratio


def conjugate(quat: FloatArray) -> FloatArray:
    """Return the inverse turns."""
    return np.concatenate([quat[:1], -quat[1:]])


def multiply(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the turns by `b`, then by `a`."""
    aw, ax, ay, az = a
    bw, bx, by, bz = b
    return np.stack(
        [
            aw * bw - ax * bx - ay * by - az * bz,
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
        ]
    )


def rotate(quat: FloatArray, vector: FloatArray) -> FloatArray:
    """Vectors, turned."""
    w, x, y, z = quat
    vx, vy, vz = vector
    tx, ty, tz = 2.0 * (y * vz - z * vy), 2.0 * (z * vx - x * vz), 2.0 * (x * vy - y * vx)
    return np.stack(
        [
            vx + w * tx + y * tz - z * ty,
            vy + w * ty + z * tx - x * tz,
            vz + w * tz + x * ty - y * tx,
        ]
    )


def from_matrix(matrix: FloatArray) -> FloatArray:
    """Return the quaternion of a rotation matrix."""
    # The quaternion is the eigenvector of the largest eigenvalue of a symmetric matrix of sums and
    # differences (Bar-Itzhack 2000), which has no special case for half turns.
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = matrix
    symmetric = np.array(
        [
            [xx + yy + zz, zy - yz, xz - zx, yx - xy],
            [zy - yz, xx - yy - zz, xy + yx, xz + zx],
            [xz - zx, xy + yx, yy - xx - zz, yz + zy],
            [yx - xy, xz + zx, yz + zy, zz - xx - yy],
        ]
    )
    return np.asarray(np.linalg.eigh(symmetric)[1][:, -1])
