"""The upper arm during circles: who makes them with the arms swings it, who does not lets it hang."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imucount.form.recent import Recent
from imucount.reps import Rep
from imucount.samples import Samples, interpolated

__all__ = ["ArmMeter", "arm_ranges_deg", "tilt_range_deg"]

RATE_HZ = 25.0
"""Arms that swing along do so at the tempo of the circles."""


class ArmMeter:
    """Tells how far an upper arm moved during circles, from the samples of a clip on it as they come."""

    def __init__(self) -> None:
        self._recent = Recent()

    @property
    def now_s(self) -> float | None:
        """Time of the latest sample, s; None before the first."""
        return self._recent.now_s

    def update(self, samples: Samples) -> None:
        """Take the next samples, on the clock of the shoulder's."""
        self._recent.update(samples)

    def range_deg(self, rep: Rep) -> float | None:
        """Tell how far it moved during a circle, as `tilt_range_deg` does; None where its samples are missing."""
        around = self._recent.between(rep.start_s, rep.end_s)
        return None if around is None else tilt_range_deg(around, rep.start_s, rep.end_s)


def arm_ranges_deg(arm: Samples, reps: Sequence[Rep]) -> tuple[float | None, ...]:
    """Tell how far an upper arm moved during circles of the shoulder.

    Parameters
    ----------
    arm : Samples
        Of a clip on the upper arm, on the clock of those that the circles were counted in.
    reps : sequence of Rep

    Returns
    -------
    tuple of float or None
        deg, for each; None where samples are missing.
    """
    recent = Recent(keep_s=None)
    recent.update(arm)
    around = [recent.between(rep.start_s, rep.end_s) for rep in reps]
    return tuple(
        None if part is None else tilt_range_deg(part, rep.start_s, rep.end_s) for part, rep in zip(around, reps)
    )


def tilt_range_deg(samples: Samples, start_s: float, end_s: float) -> float | None:
    """Tell how far a clip turned against the vertical, as the largest angle between two of its attitudes.

    Parameters
    ----------
    samples : Samples
        Around these times.
    start_s, end_s : float
        s. In the end the clip should be about where it began, as in a circle: so what it reads at rest is known.

    Returns
    -------
    float or None
        deg, 0 to 180; None with fewer than eight samples' worth of time.

    Notes
    -----
    With a gyroscope the attitude is followed by turning along with the angular rate, and the vertical is the mean
    of the force as the first attitude sees it. Without one it is the direction of the force, which also swings
    with the acceleration of the arm.
    """
    n = round((end_s - start_s) * RATE_HZ) + 1
    if n < 8 or len(samples) < 2:
        return None
    t_s = start_s + np.arange(n) / RATE_HZ
    acc = interpolated(t_s, samples.t, samples.acc)
    if samples.gyr is None:
        up = acc
    else:
        from scipy.spatial.transform import Rotation  # slow to import

        rate = interpolated(t_s, samples.t, samples.gyr)
        steps = Rotation.from_rotvec((rate - rate[:-1].mean(axis=0)) / RATE_HZ)
        attitudes = [Rotation.identity()]
        for step in steps[:-1]:
            attitudes.append(attitudes[-1] * step)
        attitude = Rotation.concatenate(attitudes)
        up = attitude.inv().apply(attitude.apply(acc).mean(axis=0))
    lengths = np.linalg.norm(up, axis=1)
    if not lengths.all():
        return None
    up = up / lengths[:, np.newaxis]
    return float(np.degrees(np.arccos(np.clip((up @ up.T).min(), -1.0, 1.0))))
