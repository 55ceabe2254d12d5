"""What the counting benchmark asks of each recording: which reps there are, and where.

A folder holds recordings as CSV, in folders by data set or directly, and a truth file beside them:

`truth.csv`, a row a recording: `recording` (the file's name without .csv), `reps`, and optionally `dataset`
(the folder within the folder), `subject`, `placement` and `direction` ("forward" or "backward"; it is
told where the recording's header says the side).

`segments.csv`, optional, a row a span: `dataset`, `recording`, `start_s`, `end_s`, `reps`. Spans of one rep
each label reps; a span of several is a set, and what is counted outside of the spans of a recording is false.
Beside `truthX.csv` the spans are those of `spansX.csv`, if that is there. A recording without a number of reps is
left out, unless its data set says otherwise.

How a recording is judged follows from its data set, where that is a public one that is known here, and else from
these files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from imucount import (
    CountingError,
    ExerciseProfile,
    Recording,
    RecordingError,
    Samples,
    read_csv,
    teach_reps,
)
from imucount.simulate import Clip, Movement, simulate

__all__ = ["Span", "Unit", "truth_of", "truths_of", "units_of"]

LOWEST_RATE_HZ = 10.0
FIDGETING_S = 15.0
JOINED = 7


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time with so many reps in it."""

    start_s: float
    end_s: float
    reps: int


@dataclass(frozen=True, slots=True)
class Unit:
    """One signal to be counted, and what is true of it.

    Attributes
    ----------
    table : str
        Row of the table that it belongs to.
    name, subject : str
    paths : tuple of Path
        One recording, or several to be joined with fidgeting between them.
    sets : tuple of int
        Reps of each set; one number where only the total is known.
    is_sets : bool
        Whether as many sets must be found as there are.
    spans : tuple of Span
        Where the reps are: one a set, or one a rep. Empty where it is not known.
    direction : str
        "forward" or "backward" where it is known, else "".
    is_excerpt : bool
        Whether there is more to count outside of the spans, of which nothing is known.
    is_walking : bool
        Whether what is counted are steps, or strides: whichever is nearer is the truth then.
    exercise : str
        As the truth file names it.
    example : tuple of (Path, int) or None
        Another recording of the same person and exercise, a short one, and the reps in it.
    """

    table: str
    name: str
    subject: str
    paths: tuple[Path, ...]
    sets: tuple[int, ...]
    is_sets: bool = False
    spans: tuple[Span, ...] = ()
    direction: str = ""
    is_excerpt: bool = False
    is_walking: bool = False
    exercise: str = ""
    example: tuple[Path, int] | None = None

    @property
    def total(self) -> int:
        """Reps in all."""
        return sum(self.sets)

    @property
    def labels_reps(self) -> bool:
        """Whether each rep is labelled."""
        return len(self.spans) > 1 and all(span.reps == 1 for span in self.spans)

    @property
    def parts(self) -> tuple[Unit, ...]:
        """What is judged by itself: each span of an excerpt, or the whole."""
        if not self.is_excerpt:
            return (self,)
        return tuple(replace(self, sets=(span.reps,), spans=(span,)) for span in self.spans)

    def taught(self) -> ExerciseProfile | None:
        """Learn its exercise from the example, if there is one."""
        if self.example is None:
            return None
        path, reps = self.example
        try:
            return teach_reps(_read(path).samples, reps=reps)
        except CountingError:
            return None  # there are not as many reps in it that are like each other

    def load(self) -> tuple[Recording, tuple[Span, ...]]:
        """Read the recording, and the spans in it."""
        recordings = [_read(path) for path in self.paths]
        if len(recordings) == 1:
            return recordings[0], self.spans
        samples, starts_s = _joined([each.samples for each in recordings])
        spans = [
            Span(start_s, start_s + each.samples.duration_s, reps)
            for start_s, each, reps in zip(starts_s, recordings, self.sets, strict=True)
        ]
        return Recording(samples), tuple(spans)


def truth_of(folder: Path) -> Path:
    """Find the truth file of a folder.

    Raises
    ------
    RecordingError
        If there is none.
    """
    return _present(folder / "truth.csv")


def truths_of(folder: Path) -> list[Path]:
    """Find all truth files of a folder: `truth.csv`, and those numbered beside it.

    Raises
    ------
    RecordingError
        If there is none.
    """
    return sorted(folder.glob("truth*.csv")) or [truth_of(folder)]


def _present(truth: Path) -> Path:
    if not truth.is_file():
        raise RecordingError(
            "expected a table of what is true of the recordings, got no such file; is the folder right? "
            "benchmarks/counting_units.py says what is in one",
            truth,
        )
    return truth


def units_of(folder: Path, truth: Path | None = None) -> list[Unit]:
    """Read what is true of the recordings in a folder.

    Raises
    ------
    RecordingError
        If there is no truth file, or a recording cannot be read.
    """
    truth = truth_of(folder) if truth is None else _present(truth)
    table = _table(truth, ("recording", "reps"))
    for column in ("dataset", "subject", "placement", "direction", "exercise"):
        if column not in table:
            table[column] = ""
    spans: dict[tuple[str, str], list[Span]] = {}
    path = _spans_of(truth)
    if path.exists():
        segments = _table(path, ("recording", "start_s", "end_s", "reps"))
        datasets = segments["dataset"] if "dataset" in segments else [""] * len(segments)
        for dataset, name, start_s, end_s, reps in zip(
            datasets, segments["recording"], segments["start_s"], segments["end_s"], segments["reps"], strict=True
        ):
            if reps.strip().startswith("-"):
                continue  # it is not known how many
            span = Span(_seconds(path, start_s), _seconds(path, end_s), _count(path, reps))
            spans.setdefault((str(dataset), name), []).append(span)
    units: list[Unit] = []
    for name, rows in table.groupby("dataset", sort=False):
        plain = [
            Unit(
                table=str(name) or folder.name,
                name=str(row.recording),
                subject=str(row.subject),
                paths=(folder / str(row.dataset) / f"{row.recording}.csv",),
                sets=(_count(truth, str(row.reps)),) if str(row.reps).strip() else (),
                spans=tuple(spans.get((str(row.dataset), str(row.recording)), ())),
                direction=str(row.direction),
                exercise=str(row.exercise),
            )
            for row in rows.itertuples()
        ]
        try:
            units += PUBLIC[str(name)](plain) if str(name) in PUBLIC else [unit for unit in plain if unit.sets]
        except ValueError as error:
            raise RecordingError(
                f"expected recordings named as those of the public data set {plain[0].table}, got others; "
                "is it another one, in a folder of that name?",
                truth,
            ) from error
    return units


def _spans_of(truth: Path) -> Path:
    spans = truth.with_name(truth.name.replace("truth", "spans"))
    return spans if spans != truth and spans.exists() else truth.parent / "segments.csv"


def _table(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError) as error:
        raise RecordingError(
            "expected a table with commas, got none that can be read; is it empty?", path
        ) from error
    if any(column not in table for column in columns):
        got = ", ".join(map(str, table.columns))
        raise RecordingError(
            f"expected the columns {', '.join(columns)}, got {got}; are they separated by commas?", path
        )
    if table.empty:
        raise RecordingError("expected a row for each recording, got the header alone", path)
    return table


def _count(path: Path, reps: str) -> int:
    if not reps.strip().isdecimal():
        raise RecordingError(f"expected a whole number of reps, got {reps!r}", path)
    return int(reps)


def _seconds(path: Path, time_s: str) -> float:
    try:
        return float(time_s)
    except ValueError:
        raise RecordingError(f"expected a time in s, got {time_s!r}", path) from None


# The public data sets


def _spar(plain: Sequence[Unit]) -> Iterator[Unit]:
    """Whole files of nominally 20 reps; and the seven exercises of a subject's arm with fidgeting in between."""
    by_arm: dict[str, list[Unit]] = {}
    for unit in plain:
        yield _titled(unit, "spar, whole files")
        by_arm.setdefault(f"{unit.subject} {unit.name[-1]}", []).append(unit)
    for arm, units in by_arm.items():
        if len(units) == JOINED:
            yield Unit(
                table=f"spar, {JOINED} files joined by fidgeting",
                name=arm,
                subject=units[0].subject,
                paths=tuple(unit.paths[0] for unit in units),
                sets=tuple(unit.total for unit in units),
                is_sets=True,
            )


def _uci_physio(plain: Sequence[Unit]) -> Iterator[Unit]:
    """Sessions of three sets of ten: the unit that moves most, and the one on top of the shoulder."""
    sessions: dict[str, list[Unit]] = {}
    for unit in plain:
        subject, exercise, _, kind = unit.name.split("_")
        if kind == "test":
            sessions.setdefault(f"{subject}_{exercise}", []).append(unit)
    for units in sessions.values():
        most = max(units, key=lambda unit: _activity(_read(unit.paths[0]).samples))
        yield _titled(most, "uci_physio, most active unit", (10, 10, 10))
        for unit in units:
            _, exercise, place, _ = unit.name.split("_")
            if place == "u4" and exercise in ("e2", "e7", "e8"):
                yield _titled(unit, "uci_physio, top of the shoulder", (10, 10, 10))


def _gymwatch(plain: Sequence[Unit]) -> Iterator[Unit]:
    for unit in plain:
        yield _titled(unit, "gymwatch, a set between idle stretches")


def _exermote(plain: Sequence[Unit]) -> Iterator[Unit]:
    for unit in plain:
        yield _titled(unit, "exermote, mixed exercises at 10 Hz")


def _nothing(plain: Sequence[Unit]) -> Iterator[Unit]:
    """Single circles do not repeat."""
    return iter(())


SPORT = (
    *("bouncingball", "boxing", "crunch", "jumpingjack", "jumpshot", "lunge", "playingbadminton", "pullup"),
    *("pushup", "skippingrope", "squat", "swinging"),
)
HAND_ALONE = ("grooming", "peeling", "playingpiano", "playingukulele", "typing", "usingchopsticks", "writing")


def _cara(plain: Sequence[Unit]) -> Iterator[Unit]:
    """Fifty actions, one to three bouts of one of them in a file; by how much of the body they move.

    The shortest file of a person's action is the example for the others.
    """
    shortest: dict[tuple[str, str], Unit] = {}
    for unit in plain:
        key = unit.subject, unit.exercise
        if key not in shortest or unit.total < shortest[key].total:
            shortest[key] = unit
    for unit in plain:
        other = shortest[unit.subject, unit.exercise]
        example = None if other.name == unit.name else (other.paths[0], other.total)
        kind = "larger movements of every day"
        if unit.exercise in SPORT:
            kind = "sport"
        elif unit.exercise in HAND_ALONE:
            kind = "hand alone"
        is_walking = unit.exercise == "walking"
        yield replace(unit, table=f"cara, {kind}", is_walking=is_walking, example=example)


def _sets_of_ten(plain: Sequence[Unit]) -> Iterator[Unit]:
    for unit in plain:
        yield replace(unit, table=f"{unit.table}, sets of 10", is_excerpt=True)


def _swim(plain: Sequence[Unit]) -> Iterator[Unit]:
    for unit in plain:
        yield replace(unit, table="swim, strokes a lap", is_excerpt=True)


def _barbell(plain: Sequence[Unit]) -> Iterator[Unit]:
    for unit in plain:
        yield replace(unit, table="barbell, sets cut at both ends")


def _steps(plain: Sequence[Unit]) -> Iterator[Unit]:
    """Minutes of walking, with the sensor worn anywhere."""
    for unit in plain:
        yield replace(unit, table="steps", is_walking=True)


def _daily_wrist(plain: Sequence[Unit]) -> Iterator[Unit]:
    """Trials without anything that repeats; those of walking say nothing of how many steps there are."""
    for unit in plain:
        if unit.sets == (0,):
            yield replace(unit, table="daily_wrist, nothing to count")


PUBLIC = {
    "spar": _spar,
    "uci_physio": _uci_physio,
    "gymwatch": _gymwatch,
    "exermote_upperarm": _exermote,
    "grwd_circles": _nothing,
    "cara_train": _cara,
    "cara_val": _cara,
    "wle_upper_arm": _sets_of_ten,
    "wle_forearm": _sets_of_ten,
    "barbell": _barbell,
    "swim": _swim,
    "steps": _steps,
    "daily_wrist": _daily_wrist,
}


def _titled(unit: Unit, table: str, sets: tuple[int, ...] | None = None) -> Unit:
    return Unit(table, unit.name, unit.subject, unit.paths, sets or unit.sets, sets is not None, unit.spans)


def _read(path: Path) -> Recording:
    return read_csv(path, lowest_rate_hz=LOWEST_RATE_HZ)


def _activity(samples: Samples) -> float:
    """Mean square of the movement; 1 rad/s weighs as much as 3 m/s²."""
    moved = float(samples.acc.var(axis=0).sum())
    return moved + (0.0 if samples.gyr is None else 9.0 * float(samples.gyr.var(axis=0).sum()))


def _joined(parts: Sequence[Samples]) -> tuple[Samples, list[float]]:
    """Put recordings one after the other, each after 15 s of fidgeting; and where each starts.

    The fidgeting is the virtual shoulder's, turned so that it begins in the posture of the recording before, and
    blended into the next one within a second.
    """
    rate_hz = (len(parts[0]) - 1) / parts[0].duration_s
    acc: list[np.ndarray] = []
    gyr: list[np.ndarray] = []
    starts: list[int] = []
    n = 0
    for number, part in enumerate(parts):
        fidgeting = simulate(
            [Movement("fidgeting", FIDGETING_S)], clip=Clip(sampling_rate_hz=rate_hz), seed=number
        ).samples
        before = parts[number - 1].acc[-1] if number else part.acc[0]
        turn = _rotation(fidgeting.acc.mean(axis=0), before)
        share = np.clip((np.arange(len(fidgeting)) - len(fidgeting)) / rate_hz + 1.0, 0.0, 1.0)[:, np.newaxis]
        assert fidgeting.gyr is not None
        assert part.gyr is not None
        acc += [(1.0 - share) * (fidgeting.acc @ turn.T) + share * part.acc[0], part.acc]
        gyr += [fidgeting.gyr @ turn.T, part.gyr]
        starts.append(n + len(fidgeting))
        n = starts[-1] + len(part)
    t = np.arange(n) / rate_hz
    return Samples(t, np.concatenate(acc), np.concatenate(gyr)), [float(t[start]) for start in starts]


def _rotation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Make the rotation that takes the direction of a to that of b by the shortest way."""
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    axis, cosine = np.cross(a, b), float(a @ b)
    cosine = max(cosine, -0.999)  # opposite: any way round would do, and none is exact
    cross = np.array([[0.0, -axis[2], axis[1]], [axis[2], 0.0, -axis[0]], [-axis[1], axis[0], 0.0]])
    return np.asarray(np.eye(3) + cross + cross @ cross / (1.0 + cosine))
