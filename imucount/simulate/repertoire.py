"""Every other movement that a wearer can make, by its name."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from imucount.samples import FloatArray
from imucount.simulate import daily, movements
from imucount.simulate.movements import MovementKind, Pose

MOVEMENTS: dict[MovementKind, Callable[[np.random.Generator, FloatArray, float], Pose]] = {
    "standing": movements.standing,
    "walking": movements.walking,
    "arm_swings": movements.arm_swings,
    "shrugs": movements.shrugs,
    "squeezes": movements.squeezes,
    "twists": movements.twists,
    "bows": movements.bows,
    "sitting": movements.sitting,
    "fidgeting": movements.fidgeting,
    "handling": movements.handling,
    "talking": daily.talking,
    "phone": daily.phone,
    "drinking": daily.drinking,
    "jacket": daily.jacket,
    "coughing": daily.coughing,
    "neck_rolls": daily.neck_rolls,
    "arm_circles": daily.arm_circles,
    "small_arm_circles": daily.small_arm_circles,
    "reaches": daily.reaches,
    "raises": daily.raises,
}
