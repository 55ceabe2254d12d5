"""What the counting benchmark asks of each recording: which reps there are, and where.

A folder holds recordings as CSV, in folders by data set or directly, and a truth file beside them:

`truth.csv`, a row a recording: `recording` (the file's name without .csv), `reps`, and optionally `dataset`
(the folder within the folder), `subject`, `placement` and `direction` ("forward" or "backward"; it is
told where the recording's header says the side).

`segments.csv`, optional, a row a span: `dataset`, `recording`, `start_s`, `end_s`, `reps`. Spans of one rep
each label reps; a span of several is a set, and what is counted outside of the spans of a recording is false.

How a recording is judged follows from its data set, where that is a public one that is known here, and else from
these files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from imucount import Recording, RecordingError, Samples, read_csv
from imucount.simulate import Clip, Movement, simulate

__all__ = ["Span", "Unit", "truth_of", "units_of"]

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
    """

    table: str
    name: str
    subject: str
    paths: tuple[Path, ...]
    sets: tuple[int, ...]
    is_sets: bool = False
    spans: tuple[Span, ...] = ()
    direction: str = ""

    @property
    def total(self) -> int:
        """Reps in all."""
        return sum(self.sets)

    @property
    def labels_reps(self) -> bool:
        """Whether each rep is labelled."""
        return len(self.spans) > 1 and all(span.reps == 1 for span in self.spans)

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
    for column in ("dataset", "subject", "placement", "direction"):
        if column not in table:
            table[column] = ""
    spans: dict[tuple[str, str], list[Span]] = {}
    path = truth.parent / "segments.csv"
    if path.exists():
        segments = _table(path, ("recording", "start_s", "end_s", "reps"))
        datasets = segments["dataset"] if "dataset" in segments else [""] * len(segments)
        for dataset, name, start_s, end_s, reps in zip(
            datasets, segments["recording"], segments["start_s"], segments["end_s"], segments["reps"], strict=True
        ):
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
                sets=(_count(truth, str(row.reps)),),
                spans=tuple(spans.get((str(row.dataset), str(row.recording)), ())),
                direction=str(row.direction),
            )
            for row in rows.itertuples()
        ]
        try:
            units += PUBLIC[str(name)](plain) if str(name) in PUBLIC else plain
        except ValueError as error:
            raise RecordingError(
                f"expected recordings named as those of the public data set {plain[0].table}, got others; "
                "is it another one, in a folder of that name?",
                truth,
            ) from error
    return units


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


PUBLIC = {
    "spar": _spar,
    "uci_physio": _uci_physio,
    "gymwatch": _gymwatch,
    "exermote_upperarm": _exermote,
    "grwd_circles": _nothing,
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
