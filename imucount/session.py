"""Session: what a counter made of a stream, and how it leaves the library."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from html import escape
from itertools import repeat
from math import fsum
from os import PathLike
from statistics import fmean
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

import numpy as np

from imucount.errors import CountingError
from imucount.json_text import JsonObject
from imucount.outside_text import printable_line
from imucount.provenance import Provenance
from imucount.reps import Direction, Kind, Phase, Position, Rep, Tempo
from imucount.sets import Exercise, Gap, RepSet, Side, group_reps
from imucount.signals import Signals
from imucount.whole_file import replaced

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Rows", "Session", "frame_of", "signals_of"]

Rows = Literal["reps", "sets"]

SCHEMA_VERSION = 1

UNSURE = 0.05
"""Share of sessions of which fewer reps than `Session.sure_reps` are right."""


@dataclass(frozen=True, slots=True, repr=False)
class Session:
    """What a counter made of a stream: reps, sets, and what there is to know about them.

    Attributes
    ----------
    start_s, end_s : float
        Times of the first and the last sample, s.
    side : {"left", "right"} or None
        The shoulder that wears the clip, as it was told.
    sampling_rate_hz : float or None
        Effective rate of the samples outside of gaps, Hz; None for fewer than two samples.
    reps : tuple of Rep
        In order of time.
    sets : tuple of RepSet
        The same reps, grouped.
    gaps : tuple of Gap
        Stretches of more than 0.4 s without samples. Up to 2 s they were bridged, as `Gap.is_bridged` tells.
    warnings : tuple of str
        What a reader of the figures should know, a sentence each.
    exercise : {"shoulder-circles", "cyclic"}
        What was counted; "cyclic" is whatever repeats itself.
    provenance : Provenance
        What it was counted from, and by what. Sessions that agree in all else are equal, wherever they come from.
    signals : CircleSignals, CyclicSignals or None
        What the counter saw, where it was asked to keep it by `keep_signals=True`. No table nor JSON has them.
    """

    start_s: float
    end_s: float
    side: Side | None
    sampling_rate_hz: float | None
    reps: tuple[Rep, ...]
    sets: tuple[RepSet, ...]
    gaps: tuple[Gap, ...]
    warnings: tuple[str, ...]
    exercise: Exercise = "shoulder-circles"
    provenance: Provenance = field(default_factory=Provenance, compare=False)
    signals: Signals | None = field(default=None, compare=False)

    @property
    def duration_s(self) -> float:
        """Length of the stream, s."""
        return self.end_s - self.start_s

    @property
    def tempo(self) -> Tempo | None:
        """Tempo of all its reps; None without any."""
        return Tempo.of(self.reps)

    @property
    def sure_reps(self) -> int:
        """At least so many of its reps are right, in 19 sessions of 20.

        It follows from the confidences of the reps. Of exercise "cyclic" they are taken as independent chances to
        be right. Shoulder circles of a set are taken to be right or wrong together, since what is mistaken for one
        circle is so again and again. Reps that were missed are not in it.

        Examples
        --------
        >>> reps = tuple(Rep(t, t + 3.0, "unknown", (), None, None, 0.9) for t in range(0, 60, 3))
        >>> Session(0.0, 60.0, None, 50.0, reps, group_reps(reps), (), (), "cyclic").sure_reps
        16
        """
        chances = np.zeros(len(self.reps) + 1)  # of 0, 1, 2 ... right ones
        chances[0] = 1.0
        if self.exercise == "shoulder-circles":
            together = [(len(each.reps), fmean(rep.confidence for rep in each.reps)) for each in self.sets]
        else:
            together = [(1, rep.confidence) for rep in self.reps]
        for n, confidence in together:
            right = chances * confidence
            chances -= right
            chances[n:] += right[: len(chances) - n]
        return int(np.argmax(np.cumsum(chances) > UNSURE))

    def without(self, kind: Kind) -> Session:
        """Leave out the reps of one kind: `session.without("steps")` has no walks between the sets.

        Raises
        ------
        CountingError
            If there is no such kind.
        """
        if kind not in get_args(Kind):
            raise CountingError(f'expected the kind "exercise" or "steps", got {kind!r}')
        reps = tuple(rep for rep in self.reps if rep.kind != kind)
        return replace(self, reps=reps, sets=group_reps(reps))

    def total(self, direction: Direction) -> int:
        """Reps of one direction.

        Raises
        ------
        CountingError
            If there is no such direction.
        """
        if direction not in get_args(Direction):
            raise CountingError(f'expected the direction "forward", "backward" or "unknown", got {direction!r}')
        return sum(rep.direction == direction for rep in self.reps)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw what the counter saw over time, with the reps, what was not counted, and gaps.

        Of shoulder circles elevation and protraction, of any exercise the acceleration without its mean. A
        triangle that points right is a forward circle, one that points left a backward one; a cross is a loop, or
        cycles, that were seen and not counted.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            To draw on; else a new figure is made. This needs the extra `plot`.

        Returns
        -------
        matplotlib Axes

        Raises
        ------
        CountingError
            If the session has no signals, or matplotlib is not installed.
        """
        from imucount.plots import plot_signals

        gaps = [(gap.start_s, gap.end_s) for gap in self.gaps]
        whole = (self.start_s, self.end_s)
        return plot_signals(signals_of(self), self._reps_of_sets(), gaps, whole, self.side is not None, ax)

    def plot_loops(self, ax: Axes | None = None) -> Axes:
        """Draw the loop of each rep: a circle in the shoulder plane as seen from the wearer's right side.

        Without a gyroscope elevation is drawn over the phase. Of any exercise it is the loop of the acceleration
        in the plane in which it varies most. Parameters, return and errors are those of `plot`.
        """
        from imucount.plots import plot_loops

        return plot_loops(signals_of(self), self._reps_of_sets(), self.side is not None, ax)

    def plot_tempo(self, ax: Axes | None = None) -> Axes:
        """Draw how long each rep took, over time, with the mean of each set.

        Parameters, return and errors are those of `plot`; signals are not needed.
        """
        from imucount.plots import plot_tempo

        noun = "rep" if self.exercise == "cyclic" else "circle"
        return plot_tempo(self._reps_of_sets(), (self.start_s, self.end_s), noun, ax)

    def _reps_of_sets(self) -> list[tuple[Rep, ...]]:
        return [rep_set.reps for rep_set in self.sets]

    def to_frame(self, rows: Rows = "reps") -> pd.DataFrame:
        """Return a tidy table as a pandas DataFrame: a row a rep, or a row a set.

        What a session is of stands in each row, so that the tables of many sessions can be put together. Types
        hold whatever is missing: numbers are float (NaN where not known), texts "string", `simulated` "boolean".

        Parameters
        ----------
        rows : {"reps", "sets"}
            With "reps" the index is `rep`, from 1, and the columns are set, direction, start_s, end_s, duration_s,
            back_s, up_s, forward_s, down_s, elevation_deg, protraction_deg, confidence. With "sets" the index is
            `set`, from 1, and the columns are direction, reps, start_s, end_s, duration_s, rest_before_s,
            cadence_per_min, period_s, period_sd_s, back_s, up_s, forward_s, down_s, and the means elevation_deg,
            protraction_deg. Both go on with side, exercise, file, start_utc, device, simulated, settings, profile
            (these two as JSON) and version.

        Raises
        ------
        CountingError
            If `rows` is neither.
        """
        return frame_of([self], rows)

    def to_csv(self, path: str | PathLike[str], rows: Rows = "reps") -> None:
        """Write `to_frame(rows)` to a CSV file; one of that name stays until the new one is whole.

        Raises
        ------
        RecordingError
            If the file cannot be written.
        CountingError
            If `rows` is neither "reps" nor "sets".
        """
        text = self.to_frame(rows).to_csv(lineterminator="\n")
        with replaced(path) as file:
            file.write(text)

    def to_parquet(self, path: str | PathLike[str], rows: Rows = "reps") -> None:
        """Write `to_frame(rows)`, its index as a column, to a Parquet file, which keeps types of empty columns.

        One of that name stays until the new one is whole. This needs the extra `parquet`.

        Raises
        ------
        RecordingError
            If the file cannot be written.
        CountingError
            If `rows` is neither "reps" nor "sets", or pyarrow is not installed.
        """
        from imucount.parquet import parquet_table

        frame = self.to_frame(rows).reset_index()
        with parquet_table(path, frame) as write:
            write(frame)

    def to_json(self) -> str:
        """Give everything in the session as JSON text, from which `from_json` makes an equal session.

        Raises
        ------
        CountingError
            If a number in it is not finite, which a counter gives none of.
        """
        document: dict[str, Any] = {
            "schema_version": SCHEMA_VERSION,
            **{name: getattr(self.provenance, name) for name in _PROVENANCE},
            "start_s": self.start_s,
            "end_s": self.end_s,
            "exercise": self.exercise,
            "side": self.side,
            "sampling_rate_hz": self.sampling_rate_hz,
            "warnings": list(self.warnings),
            "sure_reps": self.sure_reps,
            "gaps": [asdict(gap) for gap in self.gaps],
            "sets": [
                {
                    "direction": rep_set.direction,
                    "kind": rep_set.kind,
                    "rest_before_s": rep_set.rest_before_s,
                    "tempo": {"cadence_per_min": rep_set.tempo.cadence_per_min} | asdict(rep_set.tempo),
                    "reps": [asdict(rep) for rep in rep_set.reps],
                }
                for rep_set in self.sets
            ],
        }
        try:
            return json.dumps(document, indent=2, allow_nan=False)
        except ValueError as error:
            raise CountingError(f"expected a session of finite numbers, got one with others: {error}") from error

    @classmethod
    def from_json(cls, text: str) -> Session:
        """Read back what `to_json` wrote.

        Raises
        ------
        CountingError
            If the text is not JSON, of a schema version that this release does not know, or lacks something.
        """
        document = JsonObject.from_text(text, "a session")
        document.check_version(SCHEMA_VERSION, "`Session.to_json`")
        sets = tuple(_read_set(each) for each in document.objects("sets", "a set in a session"))
        return cls(
            start_s=document.number("start_s"),
            end_s=document.number("end_s"),
            side=cast("Side | None", document.choice("side", *get_args(Side), None)),
            sampling_rate_hz=document.number_or_none("sampling_rate_hz"),
            reps=tuple(rep for rep_set in sets for rep in rep_set.reps),
            sets=sets,
            gaps=tuple(
                Gap(gap.number("start_s"), gap.number("end_s"))
                for gap in document.objects("gaps", "a gap in a session")
            ),
            warnings=document.texts("warnings"),
            # The first release had neither other exercises nor a provenance.
            exercise=cast(Exercise, document.choice("exercise", *get_args(Exercise)))
            if "exercise" in document
            else "shoulder-circles",
            provenance=_read_provenance(document) if "version" in document else Provenance(),
        )

    def __repr__(self) -> str:
        parts = [self._headline()]
        if self.sets:
            parts.append(self._shown_sets().to_string(**_SHOWN))
        return "\n".join([*parts, *(f"Warning: {printable_line(warning)}" for warning in self.warnings)])

    def _repr_html_(self) -> str:
        """Give the table that a notebook shows."""
        parts = [f"<p>{escape(self._headline())}</p>"]
        if self.sets:
            parts.append(self._shown_sets().to_html(border=0, **_SHOWN))
        parts += [f"<p>Warning: {escape(printable_line(warning))}</p>" for warning in self.warnings]
        return "\n".join(parts)

    def _headline(self) -> str:
        noun = "rep" if self.exercise == "cyclic" else "circle"
        counted = f"{_number_of(len(self.reps), noun)} in {_number_of(len(self.sets), 'set')}"
        directions = ((name, self.total(name)) for name in get_args(Direction) if self.exercise != "cyclic")
        told = ", ".join(f"{total} {name}" for name, total in directions if total)
        facts = [
            *([printable_line(self.provenance.file)] if self.provenance.file else []),
            *(["simulated"] if self.provenance.simulated else []),
            f"{self.duration_s:.1f} s" + (f" at {self.sampling_rate_hz:.4g} Hz" if self.sampling_rate_hz else ""),
            *([f"{self.side} shoulder"] if self.side else []),
            *([_number_of(len(self.gaps), "gap")] if self.gaps else []),
        ]
        return f"Session: {counted}{f' ({told})' if told else ''}; {', '.join(facts)}"

    def _shown_sets(self) -> pd.DataFrame:
        frame = self.to_frame("sets").reset_index()[_SHOWN_COLUMNS]
        if self.exercise == "cyclic":
            frame = frame.drop(columns=["direction", "elevation_deg", "protraction_deg"])
        return frame


def signals_of(session: Session) -> Signals:
    """Give the signals of a session that has them.

    Raises
    ------
    CountingError
        If it has none.
    """
    if session.signals is None:
        raise CountingError(
            "expected a session with its signals, got one without; count the recording with keep_signals=True"
        )
    return session.signals


def frame_of(sessions: Sequence[Session], rows: Rows = "reps") -> pd.DataFrame:
    """Put the tables of sessions together, as `Session.to_frame` gives each; without any, an empty one.

    Raises
    ------
    CountingError
        If `rows` is neither "reps" nor "sets".
    """
    if rows not in get_args(Rows):
        raise CountingError(f'expected the rows "reps" or "sets", got {rows!r}')
    import pandas as pd  # slow to import, and not needed to count samples

    row_lists, types = (_rep_rows, _REP_COLUMNS) if rows == "reps" else (_set_rows, _SET_COLUMNS)
    values = [
        [number, *row, *origin]
        for session in sessions
        for origin in [_origin_of(session)]
        for number, row in enumerate(row_lists(session), 1)
    ]
    types = types | _ORIGIN_COLUMNS
    numbers, *columns = zip(*values) if values else repeat((), 1 + len(types))
    index = pd.Index(numbers, dtype="int64", name=rows.removesuffix("s"))
    return pd.DataFrame(
        {name: pd.Series(column, index, dtype=kind) for (name, kind), column in zip(types.items(), columns)}, index
    )


_PROVENANCE = [each.name for each in fields(Provenance)]

_REP_COLUMNS = {
    "set": "int64",
    "direction": "string",
    **dict.fromkeys(("start_s", "end_s", "duration_s", "back_s", "up_s", "forward_s", "down_s"), "float64"),
    **dict.fromkeys(("elevation_deg", "protraction_deg", "confidence"), "float64"),
}

_SET_COLUMNS = {
    "direction": "string",
    "reps": "int64",
    **dict.fromkeys(("start_s", "end_s", "duration_s", "rest_before_s"), "float64"),
    **dict.fromkeys(("cadence_per_min", "period_s", "period_sd_s"), "float64"),
    **dict.fromkeys(("back_s", "up_s", "forward_s", "down_s"), "float64"),
    **dict.fromkeys(("elevation_deg", "protraction_deg"), "float64"),
}

_ORIGIN_COLUMNS = {
    **dict.fromkeys(("side", "exercise", "file", "start_utc", "device"), "string"),
    "simulated": "boolean",
    **dict.fromkeys(("settings", "profile", "version"), "string"),
}

_SHOWN_COLUMNS = [
    *("set", "direction", "reps", "start_s", "end_s", "rest_before_s", "period_s"),
    *("elevation_deg", "protraction_deg"),
]
_SHOWN: dict[str, Any] = {"float_format": "{:.2f}".format, "na_rep": "-", "index": False, "max_rows": 60}


def _rep_rows(session: Session) -> list[list[object]]:
    return [_rep_row(number, rep) for number, each in enumerate(session.sets, 1) for rep in each.reps]


def _set_rows(session: Session) -> list[list[object]]:
    return [_set_row(rep_set) for rep_set in session.sets]


def _origin_of(session: Session) -> list[object]:
    came = session.provenance
    return [
        *(session.side, session.exercise, came.file, came.start_utc, came.device, came.simulated),
        *(_compact(came.settings), _compact(came.profile), came.version),
    ]


def _rep_row(number: int, rep: Rep) -> list[object]:
    return [
        *(number, rep.direction, rep.start_s, rep.end_s, rep.duration_s),
        *(_phase_s(rep, position) for position in ("back", "up", "forward", "down")),
        *(rep.elevation_deg, rep.protraction_deg, rep.confidence),
    ]


def _set_row(rep_set: RepSet) -> list[object]:
    tempo = rep_set.tempo
    return [
        *(rep_set.direction, len(rep_set.reps), rep_set.start_s, rep_set.end_s),
        *(rep_set.end_s - rep_set.start_s, rep_set.rest_before_s),
        *(tempo.cadence_per_min, tempo.period_s, tempo.period_sd_s),
        *(tempo.back_s, tempo.up_s, tempo.forward_s, tempo.down_s),
        *(
            _mean([rep.elevation_deg for rep in rep_set.reps]),
            _mean([rep.protraction_deg for rep in rep_set.reps]),
        ),
    ]


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fsum(value / len(known) for value in known) if known else None


def _compact(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value, separators=(",", ":"))


def _number_of(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


LATEST_S = 1e12
"""Times of reps beyond this are none: 30 000 years."""


def _read_set(document: JsonObject) -> RepSet:
    reps = tuple(_read_rep(each) for each in document.objects("reps", "a rep in a session"))
    if not reps or len({rep.direction for rep in reps}) > 1:
        raise CountingError(
            "expected sets of at least one rep, all of one direction, in a session, got another one; "
            "was it edited or damaged?"
        )
    return RepSet(reps, document.number_or_none("rest_before_s"))


def _read_rep(document: JsonObject) -> Rep:
    start_s, end_s = _read_span(document)
    if end_s <= start_s:
        raise CountingError(
            f"expected reps in a session that end after they start, got one from {start_s:g} to {end_s:g} s; "
            "was it edited or damaged?"
        )
    return Rep(
        start_s=start_s,
        end_s=end_s,
        direction=cast(Direction, document.choice("direction", *get_args(Direction))),
        phases=tuple(
            Phase(cast(Position, phase.choice("position", *get_args(Position))), *_read_span(phase))
            for phase in document.objects("phases", "a phase of a rep in a session")
        ),
        elevation_deg=document.number_or_none("elevation_deg"),
        protraction_deg=document.number_or_none("protraction_deg"),
        confidence=document.number("confidence", 0.0, 1.0),
        kind=cast(Kind, document.choice("kind", *get_args(Kind))) if "kind" in document else "exercise",
    )


def _read_span(document: JsonObject) -> tuple[float, float]:
    return document.number("start_s", -LATEST_S, LATEST_S), document.number("end_s", -LATEST_S, LATEST_S)


def _read_provenance(document: JsonObject) -> Provenance:
    texts = {
        name: None if document.is_null(name) else document.text(name)
        for name in ("version", "file", "start_utc", "device")
    }
    return Provenance(
        **texts,
        simulated=document.flag_or_none("simulated"),
        settings=document.members_or_none("settings") or {},
        profile=document.members_or_none("profile"),
    )


def _phase_s(rep: Rep, position: Position) -> float | None:
    return next((phase.duration_s for phase in rep.phases if phase.position == position), None)
