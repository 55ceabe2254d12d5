"""What a sensor is worn through: circles of the shoulder, continuous in time."""

from __future__ import annotations

from typing import Literal

import numpy as np

from imucount.samples import FloatArray
from imucount.simulate import Circles, Clip, Movement, Wearer, simulate

__all__ = ["Motion"]

STANDING_S = 4.0
TRUTH_HZ = 200.0  # ten times what is in a circle


class Motion:
    """Sets of circles; before each and after the last the wearer stands.

    Parameters
    ----------
    reps : int
    direction : {"forward", "backward"}
    period_s : float
        Of a circle, s.
    side : {"left", "right"}
    seed : int
    sets : int
    rest_s : float
        Between sets, s.
    """

    def __init__(
        self,
        reps: int = 10,
        direction: Literal["forward", "backward"] = "forward",
        period_s: float = 2.2,
        side: Literal["left", "right"] = "right",
        seed: int = 0,
        sets: int = 1,
        rest_s: float = 10.0,
    ) -> None:
        script = [Movement("standing", STANDING_S)]
        for _ in range(sets):
            script += [Circles(reps, direction, period_s), Movement("standing", rest_s)]
        script[-1] = Movement("standing", STANDING_S)
        clip = Clip(sampling_rate_hz=TRUTH_HZ, acc_range_g=100, gyr_range_dps=10000, bits=None)
        simulation = simulate(script, wearer=Wearer(side=side), clip=clip, seed=seed)
        assert simulation.samples.gyr is not None
        self.reps, self.direction, self.side = simulation.reps, direction, side
        self.samples = simulation.samples
        self._t = simulation.samples.t
        self._values = np.hstack([simulation.samples.acc, simulation.samples.gyr])

    @property
    def duration_s(self) -> float:
        """Length, s."""
        return float(self._t[-1])

    def at(self, t: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Specific force, m/s², and angular rate, rad/s, (n, 3) each, at times from the start of the motion, s."""
        values = np.stack([np.interp(t, self._t, column) for column in self._values.T], axis=1)
        return values[:, :3], values[:, 3:]
