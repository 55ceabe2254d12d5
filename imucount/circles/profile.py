"""Profile: how a sensor sits on a wearer, learned from circles whose direction is known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import hypot
from os import PathLike
from typing import Self

import numpy as np

from imucount.errors import CountingError, RecordingError
from imucount.json_text import JsonObject, read_json_file
from imucount.reps import Direction
from imucount.samples import FloatArray, Samples
from imucount.sets import Side
from imucount.whole_file import replaced

__all__ = ["Profile", "circle_of", "teach"]

Vector = Sequence[float] | FloatArray

SCHEMA_VERSION = 1

LONGEST_FILE = 1 << 20  # bytes; a profile has some 300

LEAST_COS = 0.25
"""A loop whose plane is within 15 deg of a right angle to the taught one has no known direction."""

SAME_MOUNT_COS = 0.5
"""Cosine of 60 deg: an arm is held so differently from circle to circle; a clip that hangs otherwise is beyond."""

LEAST_AREA_RAD2 = 1e-3
"""A circle of 3 deg by 1 deg. What encloses less than this was no circle."""

LEAST_ROUND = 0.1
"""Least area of a circle, as a share of the largest that fits the same spread. A shrug encloses less."""

LEAST_ONE_WAY = 0.6
"""Least area of circles of one direction, as a share of all that is swept about the middle, one way or the other.
Circles that people drew in the air have 0.72 and more, ten forward and three backward 0.54."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a sensor's mount: enough to tell forward from backward without the side.

    Attributes
    ----------
    forward : tuple of float
        Unit normal of a forward circle in the sensor frame, x, y, z, by the right-hand rule: about it the
        sensor's rotation vector goes round.
    up : tuple of float
        Unit vector that pointed up while it was taught, sensor frame.
    side : {"left", "right"} or None
        The shoulder that wore the sensor, where it was told.
    circles : int
        How many recordings taught it.
    """

    forward: tuple[float, float, float]
    up: tuple[float, float, float]
    side: Side | None = None
    circles: int = 1

    def direction_of(self, samples: Samples) -> Direction:
        """Tell the direction of one circle, or several of one direction, that are all there is in some samples.

        Parameters
        ----------
        samples : Samples
            With angular rate. Any circles of the sensor serve, the whole arm's too.

        Returns
        -------
        {"forward", "backward", "unknown"}
            "unknown" if what is there is no circle, lies askew to those that were taught, or the sensor sits
            otherwise than it did then.

        Raises
        ------
        CountingError
            If the samples have no angular rate, or are fewer than three.
        """
        area, up = circle_of(samples)
        return "unknown" if area is None else self.direction_of_area(area, up)

    def direction_of_area(self, area: Vector, up: Vector) -> Direction:
        """Tell the direction of a loop by its area vector and what is up, both (3,), sensor frame."""
        size = float(np.linalg.norm(area))
        if size == 0.0 or not self.sits_alike(up):
            return "unknown"
        along = float(np.dot(area, self.forward)) / size
        return "unknown" if abs(along) < LEAST_COS else "forward" if along > 0.0 else "backward"

    def sits_alike(self, up: Vector) -> bool:
        """Whether the sensor sits as it did when the profile was taught, by what is up, (3,), sensor frame."""
        return float(np.dot(up, self.up)) >= SAME_MOUNT_COS * float(np.linalg.norm(up))

    def to_json(self) -> str:
        """Give all that is known as JSON."""
        return json.dumps({"schema_version": SCHEMA_VERSION} | asdict(self), indent=2)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Make a profile of what `to_json` gave.

        Raises
        ------
        CountingError
            If it is not that.
        """
        document = JsonObject.from_text(text, "a profile")
        document.check_version(SCHEMA_VERSION, "`imucount teach`")
        vectors = []
        for name in ("forward", "up"):
            vector = document.numbers(name, 3)
            if not 0.99 < hypot(*vector) < 1.01:
                raise CountingError(
                    f"expected a vector of length 1 as {name!r} of a profile, got {vector}; was it edited?"
                )
            vectors.append(_unit(vector))
        side = document.choice("side", "left", "right", None)
        return cls(vectors[0], vectors[1], side, document.whole("circles", low=1))  # type: ignore[arg-type]

    def save(self, path: str | PathLike[str]) -> None:
        """Write the profile as a JSON file; one of that name stays until the new one is whole.

        Raises
        ------
        RecordingError
            If the file cannot be written.
        """
        with replaced(path) as file:
            file.write(self.to_json() + "\n")

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Read what `save` wrote.

        Raises
        ------
        RecordingError
            If the file cannot be read, or holds no profile.
        """
        try:
            return cls.from_json(read_json_file(path, "a profile", LONGEST_FILE))
        except CountingError as error:
            raise RecordingError(str(error), path) from error


def teach(
    samples: Samples, *, direction: Direction, side: Side | None = None, profile: Profile | None = None
) -> Profile:
    """Learn how a sensor sits from a circle whose direction is known.

    Parameters
    ----------
    samples : Samples
        One circle, or several of one direction, with angular rate; of the shoulder or of the whole arm. Rest
        before and after does no harm, other movement does.
    direction : {"forward", "backward"}
        Which it was. For circles that have no such name it may stand for the two senses of rotation.
    side : {"left", "right"}, optional
        The shoulder that wears the sensor, to be kept with the profile.
    profile : Profile, optional
        What was learned before, from other circles of the same wearer and mount; it is added to.

    Returns
    -------
    Profile

    Raises
    ------
    CountingError
        If the samples hold no circle, or one that contradicts `profile`.

    Notes
    -----
    The rotation vector of a sensor that goes round a circle goes round, too, and the area vector of its path
    keeps its direction in the sensor frame as long as the sensor stays where it sits.

    Examples
    --------
    >>> from imucount.simulate import Circles, simulate
    >>> one, other = (simulate([Circles(2, way)], seed=1).samples for way in ("forward", "backward"))
    >>> teach(one, direction="forward").direction_of(other)
    'backward'
    """
    if direction not in ("forward", "backward"):
        raise CountingError(f'expected the direction "forward" or "backward", got {direction!r}')
    if side not in ("left", "right", None):
        raise CountingError(f'expected side "left", "right" or None, got {side!r}')
    if profile is not None and not isinstance(profile, Profile):
        raise CountingError(
            f"expected a Profile, got {type(profile).__name__}; imucount.Profile.load reads one from its file"
        )
    area, up = circle_of(samples)
    if area is None:
        raise CountingError(
            "expected a circle, or several of one direction, got a movement that goes back the way it came, "
            "circles of both directions, or none at all; was the recording cut to the circles, and is the angular "
            "rate in rad/s?"
        )
    forward = area / np.linalg.norm(area) * (1.0 if direction == "forward" else -1.0)
    if profile is None:
        return Profile(_unit(forward), _unit(up), side)
    if not profile.sits_alike(up):
        raise CountingError(
            "expected a sensor that sits as it did in the circles before, got one that is turned by more than "
            "60 deg; was it put on anew? Teach another profile then"
        )
    if profile.direction_of_area(forward, up) == "backward":
        raise CountingError(
            f"expected a circle that agrees with those before, got one that turns against them when it is called "
            f"{direction}; was it the other way?"
        )
    if side is not None and profile.side is not None and side != profile.side:
        raise CountingError(
            f"expected the {profile.side} side as before, got the {side} one; teach another profile"
        )
    n = profile.circles
    return Profile(
        _unit(n * np.array(profile.forward) + forward),
        _unit(n * np.array(profile.up) + up / np.linalg.norm(up)),
        side if side is not None else profile.side,
        n + 1,
    )


def circle_of(samples: Samples) -> tuple[FloatArray | None, FloatArray]:
    """Area vector that the sensor's rotation goes round, rad², and mean specific force, both (3,), sensor frame.

    The area is None for what is no circle, and for circles of both directions.
    """
    if not isinstance(samples, Samples):
        raise CountingError(f"expected Samples, got {type(samples).__name__}")
    if samples.gyr is None:
        raise CountingError(
            "expected samples with angular rate, got acceleration only, which cannot tell a direction"
        )
    if len(samples) < 3:
        raise CountingError(f"expected the samples of a circle, got {len(samples)}")
    t = samples.t
    steps_s = np.diff(t)[:, np.newaxis]
    rotation = np.zeros((len(t), 3))
    np.cumsum(0.5 * (samples.gyr[1:] + samples.gyr[:-1]) * steps_s, axis=0, out=rotation[1:])
    # A circle ends where it began: what is left over is the gyroscope's bias.
    rotation -= ((t - t[0]) / (t[-1] - t[0]))[:, np.newaxis] * rotation[-1]
    rotation -= rotation.mean(axis=0)
    swept = 0.5 * np.cross(rotation[:-1], np.diff(rotation, axis=0))
    area = swept.sum(axis=0)
    spread = np.sort(np.linalg.eigvalsh(np.cov(rotation.T)))
    largest = 2.0 * np.pi * np.sqrt(max(spread[1] * spread[2], 0.0))
    size = float(np.linalg.norm(area))
    up = samples.acc.mean(axis=0)
    if size < LEAST_AREA_RAD2 or size < LEAST_ROUND * largest:
        return None, up
    if size * size < LEAST_ONE_WAY * float(np.abs(swept @ area).sum()):
        return None, up
    return area, up


def _unit(vector: Vector) -> tuple[float, float, float]:
    x, y, z = (float(each) for each in vector)
    length = float(np.sqrt(x * x + y * y + z * z))
    if not (np.isfinite(length) and length > 0.0):
        raise ValueError(f"expected a vector, got {x}, {y}, {z}")
    return (x / length, y / length, z / length)
