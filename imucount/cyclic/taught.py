"""ExerciseProfile: one exercise, learned from a few of its reps, so that only it is counted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from os import PathLike
from typing import Self

import numpy as np

from imucount.cyclic.following import Follower, Movement, MovementSet
from imucount.cyclic.scene import LEAST_LIKE_TAUGHT
from imucount.cyclic.similarity import LAGS, NEAR_LENGTH, RATE_HZ, RATE_WEIGHT, STEP, RepetitionMap
from imucount.cyclic.templates import PARTS, shape_of
from imucount.errors import CountingError, RecordingError
from imucount.filters import EvenGrid
from imucount.json_text import JsonObject, read_json_file
from imucount.samples import FloatArray, Samples
from imucount.whole_file import replaced

__all__ = ["ExerciseProfile", "teach_reps"]

SCHEMA_VERSION = 1

LONGEST_FILE = 1 << 20  # bytes; a profile has some 2,000

LARGEST = 1e4
"""m/s² and rad/s: no sensor that is worn measures as much."""

LEAST_S = float(LAGS[0]) / RATE_HZ
"""Length of a rep: the fastest that is counted."""

SHARE_OF_REP = (0.5, 1.1)
"""Length of a rep, of the time in which anything moves in the example over the number of its reps."""

MOVING_SHARE = 0.1
"""Of the largest movement: where there is less, nothing moves."""

MISCOUNTED = 0.2
"""Of the reps in an example, that may be unlike the others, or be too many: it still tells how long one is."""


@dataclass(frozen=True, slots=True)
class ExerciseProfile:
    """What a rep of one exercise looks like to a sensor: enough to count it, and nothing else.

    It holds as long as the sensor sits as it did: nothing in it is turned.

    Attributes
    ----------
    template : tuple of tuple of float
        Mean acceleration, m/s², and angular rate, rad/s, of the six channels over twelfths of a rep.
    length_s : float
        Usual length of a rep, s.
    """

    template: tuple[tuple[float, ...], ...]
    length_s: float

    def __post_init__(self) -> None:
        shape = np.shape(np.array(self.template, dtype=object))
        if shape != (6, PARTS) or not np.isfinite(np.array(self.template, dtype=np.float64)).all():
            raise CountingError(f"expected a template of 6 times {PARTS} finite numbers, got the shape {shape}")
        if np.abs(np.array(self.template)).max() > LARGEST:
            raise CountingError(
                f"expected a template of m/s^2 and rad/s, up to {LARGEST:g}, got more; was it edited or damaged?"
            )
        if not LEAST_S <= self.length_s < np.inf:
            raise CountingError(f"expected a rep of {LEAST_S} s or more, got {self.length_s} s")

    @property
    def movement(self) -> Movement:
        """The same, as the engine has it."""
        return Movement(_weighted(np.array(self.template)), self.length_s * RATE_HZ)

    def to_json(self) -> str:
        """Give the profile as JSON text, from which `from_json` makes an equal one."""
        return json.dumps({"schema_version": SCHEMA_VERSION, "kind": "exercise"} | asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote.

        Raises
        ------
        CountingError
            If the text is no such profile.
        """
        document = JsonObject.from_text(text, "the profile of an exercise")
        if document.kind != "exercise":
            raise CountingError(
                "expected the profile of an exercise, got another one; was it taught for the direction of circles?"
            )
        document.check_version(SCHEMA_VERSION, "`ExerciseProfile.save`")
        return cls(document.table("template", 6, PARTS), document.number("length_s"))

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
            If the file cannot be read, or holds no such profile.
        """
        try:
            return cls.from_json(read_json_file(path, "the profile of an exercise", LONGEST_FILE))
        except CountingError as error:
            raise RecordingError(str(error), path) from error


def teach_reps(
    samples: Samples, *, reps: int = 3, spans: Sequence[tuple[float, float]] | None = None
) -> ExerciseProfile:
    """Learn an exercise from a few reps of it.

    Parameters
    ----------
    samples : Samples
        With the sensor as it will be worn.
    reps : int, default 3
        How many reps are in the samples. Rest around them does no harm, other movement that repeats itself may.
    spans : sequence of (float, float), optional
        Start and end of each rep, s, in place of `reps`: then it is known where they are.

    Returns
    -------
    ExerciseProfile
        For `RepCounter` and `count`, with exercise "cyclic".

    Raises
    ------
    CountingError
        If there are not so many reps that are like each other, or a span is not in the samples.

    Examples
    --------
    >>> from imucount import count, teach_reps
    >>> from imucount.simulate import Circles, Movement, simulate
    >>> still = Movement("standing", 5.0)
    >>> example = simulate([still, Circles(3, "forward", period_s=2.5), still], seed=1).samples
    >>> profile = teach_reps(example, reps=3)
    >>> session = simulate([still, Circles(10, "forward", period_s=2.5), still], seed=1).samples  # the same mount
    >>> len(count(session, exercise="cyclic", profile=profile).reps)
    10
    """
    if isinstance(reps, bool) or not isinstance(reps, int) or reps < 1:
        raise CountingError(f"expected reps to be a whole number of 1 or more, got {reps!r}")
    grid = EvenGrid(RATE_HZ)
    gyr = np.zeros_like(samples.acc) if samples.gyr is None else samples.gyr
    x = _weighted(grid.update(samples.t, np.concatenate([samples.acc, gyr], axis=1).T.copy()))
    n = x.shape[1]
    if spans is None and reps > 1:
        return _profile(_counted(x, reps))
    first_s = float(samples.t[0]) if len(samples) else 0.0
    if spans is None:
        spans = [(first_s, first_s + n / RATE_HZ)]
    edges = [((start_s - first_s) * RATE_HZ, (end_s - first_s) * RATE_HZ) for start_s, end_s in spans]
    if not edges or any(start < -1.0 or end > n + 1.0 or end - start < LEAST_S * RATE_HZ for start, end in edges):
        raise CountingError(
            f"expected spans of {LEAST_S} s or more, within {first_s:.6g} and {first_s + n / RATE_HZ:.6g} s, "
            f"got {list(spans)}; are they on the clock of the samples?"
        )
    template = np.mean([shape_of(x, start, end) for start, end in edges], axis=0)
    return _profile(Movement(template, float(np.median([end - start for start, end in edges]))))


def _counted(x: FloatArray, reps: int) -> Movement:
    """Find the movement of which there are so many reps."""
    best: MovementSet | None = None
    found: list[int] = []
    runs = RepetitionMap(x).runs()
    block = 2 * STEP
    sizes = [float(np.sqrt(x[:, at : at + block].var(axis=1).sum())) for at in range(0, x.shape[1], block)]
    moving = block * sum(size >= MOVING_SHARE * max(sizes) for size in sizes)
    shortest, longest = (share * moving / reps for share in SHARE_OF_REP)
    lengths = dict.fromkeys([*(float(run.lag) for run in runs), *np.geomspace(shortest, longest, 6).tolist()])

    def off(each: MovementSet) -> int:
        return abs(len(each.cycles) - reps)

    for length in lengths:
        if not max(shortest, LEAST_S * RATE_HZ) <= length <= min(longest, x.shape[1] / 1.5):
            continue
        moments = [run.best * STEP for run in runs if abs(np.log(run.lag / length)) < NEAR_LENGTH][:1]
        follower = Follower(x, length, (True, True), LEAST_LIKE_TAUGHT)
        shown = follower.shown_at(moments[0] if moments else x.shape[1] // 2)
        for each in follower.sets(shown[0].movement.template) if shown else []:
            found.append(len(each.cycles))
            if off(each) <= MISCOUNTED * reps and (
                best is None or (-off(each), each.value) > (-off(best), best.value)
            ):
                best = each
    if best is None:
        told = f"{max(found)} at most" if found else "none"
        raise CountingError(
            f"expected {reps} reps that are like each other, got {told}; is there more in the samples than these? "
            "With spans it is known where they are"
        )
    return best.movement


def _weighted(x: FloatArray) -> FloatArray:
    return np.concatenate([x[:3], RATE_WEIGHT * x[3:]])


def _profile(movement: Movement) -> ExerciseProfile:
    template = np.concatenate([movement.template[:3], movement.template[3:] / RATE_WEIGHT])
    return ExerciseProfile(tuple(map(tuple, template.tolist())), movement.length / RATE_HZ)
