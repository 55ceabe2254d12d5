"""A virtual shoulder and a virtual clip: samples of movement of which every rep is known.

A script of circles and other movement becomes the motion of the shoulder girdle and the trunk, the
motion becomes specific force and angular rate where the clip sits, and a clip with noise, bias, a
finite range, a clock of its own and a radio that loses packets makes samples of them.

Body frame: x forward, y left, z up. The clavicle turns about the sternoclavicular joint, elevation
about the x axis and protraction about the z axis; the left shoulder is the mirror image of the right.
"""

from imucount.simulate.arm import simulate_arm
from imucount.simulate.movements import MovementKind
from imucount.simulate.script import (
    PROGRAMME,
    Circles,
    Clip,
    Manner,
    Movement,
    Part,
    Reclip,
    Wear,
    Wearer,
    programme,
)
from imucount.simulate.shoulder import Simulation, TrueRep, TrueSet, simulate

__all__ = [
    "PROGRAMME",
    "Circles",
    "Clip",
    "Manner",
    "Movement",
    "MovementKind",
    "Part",
    "Reclip",
    "Simulation",
    "TrueRep",
    "TrueSet",
    "Wear",
    "Wearer",
    "programme",
    "simulate",
    "simulate_arm",
]
