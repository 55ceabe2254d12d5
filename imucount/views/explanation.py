"""Why something was counted or was not: of one moment, and of a whole recording. Prints nothing itself."""

from __future__ import annotations

from collections.abc import Mapping
from math import log

import numpy as np
from rich import box
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from imucount.circles.flaws import LEAST_ELEVATION_DEG, LEAST_YAW_DEG
from imucount.circles.scores import LEAST_FORWARD_M, LEVER_M
from imucount.circles.selector import LEAST_EVIDENCE
from imucount.errors import CountingError
from imucount.outside_text import printable_line
from imucount.reps import Rep
from imucount.session import Session, signals_of
from imucount.signals import CircleSignals, CyclicSignals, SeenLoop, SeenSet, SetVerdict, Verdict
from imucount.views.session_table import totals_line
from imucount.views.wording import clock_time, noun_of, number_of

__all__ = ["moment_lines", "overview_table"]

AROUND_S = 2.0
"""To either side of a moment at which nothing was seen, of which it is told how much moved."""

MOST_TIMES = 6
"""So many times of one kind are told."""

WHY: Mapping[Verdict, str] = {
    "small": "too little elevation",
    "narrow": "hardly any protraction, as in a shrug",
    "flat": "to and fro on one line, as in a shrug or a squeeze",
    "unlike": "too unlike a shoulder's circle",
    "few": "fewer in a row than were asked for",
    "alone": "alone, and not from rest to rest",
    "elsewhere": "far from where the arms hang, where circles come down to",
    "doubtful": "drawn as circles seldom are",
    "upside down": "its high point is low",
    "turned back": "the other way round than the one before",
    "given up": "given up half-way, or the way back of one that was",
}

WHY_SET: Mapping[SetVerdict, str] = {
    "unlike": "too unlike each other",
    "few": "fewer in a row than were asked for",
    "several in one": "each is several shorter ones",
    "smaller": "much smaller than the set beside them",
    "another": "not the exercise that was taught",
}

AGAINST: Mapping[str, str] = {
    "closure": "it ends {closure_percent:.0f} % of its height from where it began",
    "protraction_closure": "it ends {protraction_closure_percent:.0f} % of its width from where it began",
    "roundness": "its roundness is {roundness:.2f}",
    "unexplained_rms": "{unexplained_rms:.1f} m/s² of the force do not go with its height, as in a walk",
    "fullest_quarter": "it dwells in one quarter of its way for {fullest_quarter_percent:.0f} % of its time",
    "rise_share": "it rises for {rise_share_percent:.0f} % of its time",
    "duration_s": "it takes {duration_s:.1f} s",
    "set_elevation_deg": "it is {set_elevation_deg:.1f}° high",
    "set_shape": "it is {set_shape:.2f} times as wide as high",
    "set_lever_m": (
        "its height goes with the force as on a lever of {set_lever_m:.2f} m, where a shoulder's has about "
        f"{LEVER_M:.1f} m"
    ),
    "set_forward_lever_m": (
        "its width goes with the force as on a lever of {set_forward_lever_m:.2f} m, where a shoulder's has "
        f"{LEAST_FORWARD_M:.1f} m or more"
    ),
    "set_from_above": "it goes round {set_from_above:.1f} times as much level as upright",
}
"""What speaks against a circle, by the names that `SeenLoop.against` has."""


def moment_lines(session: Session, at_s: float) -> list[str]:
    """Say what was seen at a moment, and why it was counted or was not: a sentence or two a line.

    Parameters
    ----------
    session : Session
        With its signals.
    at_s : float
        s since the recording began.

    Raises
    ------
    CountingError
        If the moment is not in the recording, or the session has no signals.
    """
    signals = signals_of(session)
    if not 0.0 <= at_s <= session.duration_s:
        raise CountingError(
            f"expected a time within the recording, 0:00 to {clock_time(session.duration_s)}, got {_clock(at_s)}"
        )
    moment_s = session.start_s + at_s
    gap = next((each for each in session.gaps if each.start_s < moment_s < each.end_s), None)
    missing: list[str] = []
    if gap is not None:
        follows = "it is bridged" if gap.is_bridged else "nothing can be counted"
        missing = [f"There are no samples {_span(session, gap.start_s, gap.end_s)}: {follows}."]
        if not gap.is_bridged:
            return missing
    if isinstance(signals, CyclicSignals):
        return [*missing, *_cyclic_lines(session, signals, moment_s)]
    return [*missing, *_circle_lines(session, signals, moment_s)]


def _circle_lines(session: Session, signals: CircleSignals, moment_s: float) -> list[str]:
    for rep, loop in zip(session.reps, signals.loops, strict=False):
        if rep.start_s <= moment_s < rep.end_s:
            return [
                _place_of(session, rep, moment_s),
                _drawing(loop),
                _why_counted(loop),
                _why_direction(session, rep, loop),
            ]
    for loop in signals.rejected:
        if loop.start_s <= moment_s < loop.end_s:
            return [
                f"A loop {_span(session, loop.start_s, loop.end_s)}. It was not counted: {WHY[loop.verdict]}.",
                _drawing(loop),
                *_why_not(loop),
            ]
    near = slice(*np.searchsorted(signals.t_s, [moment_s - AROUND_S, moment_s + AROUND_S]))
    moved = [f"elevation changed by {np.ptp(signals.elevation_deg[near]):.1f}°"]
    least = f"{LEAST_ELEVATION_DEG:g}°"
    if not np.isnan(signals.protraction_deg[near]).any():
        moved.append(f"protraction by {np.ptp(signals.protraction_deg[near]):.1f}°")
        least += f" and {LEAST_YAW_DEG:g}°"
    start_s, end_s = signals.t_s[near][[0, -1]].tolist()
    return [
        "No loop was seen there.",
        f"{_span(session, start_s, end_s).capitalize()} {' and '.join(moved)}; the least circle that counts "
        f"has {least}, and comes back to where it began.",
    ]


def _place_of(session: Session, rep: Rep, moment_s: float) -> str:
    number, rep_set = next((n, each) for n, each in enumerate(session.sets, 1) if rep in each.reps)
    noun = noun_of(session.exercise)
    what = "" if session.exercise == "cyclic" else f" of direction {rep.direction}"
    kind = " (steps)" if rep.kind == "steps" else ""
    share = round(100.0 * (moment_s - rep.start_s) / rep.duration_s)
    return (
        f"{noun.capitalize()} {rep_set.reps.index(rep) + 1} of {len(rep_set.reps)} in set {number}{kind}{what}, "
        f"{_span(session, rep.start_s, rep.end_s)}, of which {share} % have gone by. "
        f"Confidence {rep.confidence:.2f}."
    )


def _drawing(loop: SeenLoop) -> str:
    seen = loop.numbers
    if "protraction_deg" not in seen:
        return (
            f"It went {seen['elevation_deg']:.1f}° up in {seen['duration_s']:.1f} s, and ended "
            f"{100 * seen['closure']:.0f} % of that from where it began."
        )
    return (
        f"It went {seen['elevation_deg']:.1f}° up and {seen['protraction_deg']:.1f}° to and fro in "
        f"{seen['duration_s']:.1f} s, with a roundness of {seen['roundness']:.2f} (1 is an ellipse, 0 a line), "
        f"and ended {100 * seen['closure']:.0f} % of its height from where it began."
    )


def _why_counted(loop: SeenLoop) -> str:
    if loop.verdict == "beside":
        return "It counts since it ends or begins where a circle does that counts, and has the shape of that one."
    alike = round(loop.numbers["alike"])
    company = {1: "it", 2: "it and the one like it before it"}.get(
        alike, f"it and the {alike - 1} like it before it"
    )
    return f"It counts since {company} look enough like circles: a score of {loop.numbers['score']:.1f}."


def _why_direction(session: Session, rep: Rep, loop: SeenLoop) -> str:
    evidence = loop.numbers.get("upward_evidence")
    odds = "" if evidence is None else f" (log odds {evidence:.1f}, where {LEAST_EVIDENCE:g} are needed)"
    if rep.direction != "unknown":
        first = "back" if rep.direction == "forward" else "forward"
        return f"It is {rep.direction} since it went up {first} and came down the other way{odds}."
    if "protraction_deg" not in loop.numbers:
        return "Its direction is unknown: without the gyroscope's word protraction is not seen."
    if session.side is None:
        return "Its direction is unknown: it was not told which shoulder wears the clip."
    return f"Its direction is unknown: the force hardly tells whether its high point is high{odds}."


def _why_not(loop: SeenLoop) -> list[str]:
    """Tell what was needed and what there was, by the numbers that decided."""
    seen = loop.numbers
    company = ""
    if "alike" in seen:
        alike = round(seen["alike"])
        others = "one" if alike == 2 else number_of(alike - 1, "one")
        company = "Alone" if alike == 1 else f"Together with the {others} like it before,"
    match loop.verdict:
        case "small" if company:
            return [f"A set of circles of this length needs {seen['elevation_needed_deg']:.1f}° of elevation."]
        case "small":
            return [f"The least that may be one has {seen['elevation_needed_deg']:.1f}° of elevation."]
        case "narrow":
            return [f"The least that may be one has {seen['protraction_needed_deg']:.1f}° of protraction."]
        case "flat":
            return [f"The least that may be one has a roundness of {seen['roundness_needed']:.2f}."]
        case "unlike":
            needed = seen["score_needed"]
            score = f"{company} it has a score of {seen['score']:.1f}, and {needed:.1f} is needed."
            return [score, *_against(loop, needed - seen["score"])]
        case "doubtful":
            chance, needed = seen["chance"], seen["chance_needed"]
            share = (
                f"Of loops drawn like it, in such company, {100 * chance:.0f} % are circles, and "
                f"{100 * needed:.0f} % is needed."
            )
            return [share, *_against(loop, _log_odds(needed) - _log_odds(chance))]
        case "few":
            return [f"It is number {seen['alike']:.0f} in a row, and {seen['alike_needed']:.0f} are needed."]
        case "alone" if "closure_most" in seen:
            return [
                f"A circle by itself ends at most {100 * seen['closure_most']:.0f} % of its height from where it "
                "began."
            ]
        case "alone" if "rest_height" in seen:
            return [
                f"The shoulder had rested {_off(seen['rest_height'])} where it begins, and "
                f"{100 * seen['rest_height_most']:.0f} % is the most for a circle by itself."
            ]
        case "alone":
            return ["The shoulder had not rested before it."]
        case "elsewhere":
            return [
                f"Its set is low {100 * seen['far_from_rest']:.0f} % of its height away from where the shoulder "
                f"rested before, and {100 * seen['far_from_rest_most']:.0f} % is the most."
            ]
        case "upside down":
            return [
                "By the force on the way, and by where the shoulder rested before, its high point is high with "
                f"log odds of {seen['upward_evidence']:.1f}, and {seen['upward_evidence_needed']:.1f} are needed."
            ]
        case "given up" if seen["roundness"] < seen.get("roundness_needed", 0.0):
            return [f"The others of its set are rounder: {seen['roundness_needed']:.2f} is needed beside them."]
        case "given up":
            return ["It is narrow, and does not come down on the far side as the others of its set do."]
        case _:
            return []


def _against(loop: SeenLoop, missing: float) -> list[str]:
    """Tell the largest of what speaks against it, so much that without them it would count."""
    seen = loop.numbers
    values = {**seen, **{f"{name}_percent": 100.0 * value for name, value in seen.items()}}
    told = []
    for name, cost in sorted(loop.against.items(), key=lambda item: -item[1]):
        if missing <= 0.0 or cost <= 0.0:
            break
        told.append(f"{AGAINST[name].format(**values)} (-{cost:.1f})")
        missing -= cost
    return [f"Most against it: {'; '.join(told)}."] if told else []


def _off(height: float) -> str:
    return f"{100 * abs(height):.0f} % of its height {'above' if height > 0.0 else 'below'}"


def _log_odds(chance: float) -> float:
    return log(chance / (1.0 - chance))


def _cyclic_lines(session: Session, signals: CyclicSignals, moment_s: float) -> list[str]:
    for rep in session.reps:
        if rep.start_s <= moment_s < rep.end_s:
            lines = [_place_of(session, rep, moment_s)]
            found = [each for each in signals.sets if each.start_s <= moment_s < each.end_s]
            lines += [_likeness(each, moment_s) for each in found[:1]]
            return lines
    for seen in signals.rejected:
        if seen.start_s <= moment_s < seen.end_s:
            return [
                f"{number_of(len(seen.likeness), 'cycle')} {_span(session, seen.start_s, seen.end_s)}. They were "
                f"not counted: {WHY_SET[seen.verdict]}.",
                _likeness(seen, moment_s),
            ]
    near = slice(*np.searchsorted(signals.t_s, [moment_s - AROUND_S, moment_s + AROUND_S]))
    size = float(np.sqrt(signals.acc[near].var(axis=0).sum()))
    start_s, end_s = signals.t_s[near][[0, -1]].tolist()
    return [
        "Nothing that repeats itself was seen there.",
        f"{_span(session, start_s, end_s).capitalize()} the acceleration varied by {size:.2f} m/s².",
    ]


def _likeness(seen: SeenSet, moment_s: float) -> str:
    numbers = seen.numbers
    own = seen.likeness[int(np.searchsorted(seen.edges_s[:, 0], moment_s, side="right")) - 1]
    return (
        f"Cycles of {numbers['length_s']:.1f} s, {numbers['cycles']:.0f} in a row, are like each other to "
        f"{numbers['likeness']:.2f}, this one to {own:.2f} (1 is the same, 0 has nothing in common); "
        f"{numbers['likeness_needed']:.2f} is needed of so many, and at least three."
    )


def overview_table(session: Session, title: str = "") -> RenderableType:
    """Lay out what was counted, and what was seen and was not: why, how often, and when first.

    Raises
    ------
    CountingError
        If the session has no signals.
    """
    signals = signals_of(session)
    parts: list[RenderableType] = [
        Text.assemble((printable_line(title), "bold"), ": " if title else "", totals_line(session))
    ]
    starts: dict[str, list[float]] = {}
    if isinstance(signals, CyclicSignals):
        for seen in signals.rejected:
            starts.setdefault(WHY_SET[seen.verdict], []).append(seen.start_s)
    else:
        for loop in signals.rejected:
            starts.setdefault(WHY[loop.verdict], []).append(loop.start_s)
    if starts:
        what = "Cycles in a row" if session.exercise == "cyclic" else "Loops"
        table = Table(
            Column(f"{what} that were seen and not counted"),
            Column("n", justify="right"),
            Column("at"),
            box=box.SIMPLE_HEAD,
            pad_edge=False,
            show_edge=False,
        )
        for why, times_s in sorted(starts.items(), key=lambda item: -len(item[1])):
            told = ", ".join(clock_time(each - session.start_s) for each in times_s[:MOST_TIMES])
            table.add_row(why, str(len(times_s)), told + (" ..." if len(times_s) > MOST_TIMES else ""))
        parts += [Text(), table, Text()]
    else:
        parts.append(Text("Nothing else was seen that could be taken for one."))
    parts += [Text.assemble(("Warning: ", "yellow"), printable_line(warning)) for warning in session.warnings]
    parts.append(Text("What was seen at a moment, and why it was counted or not, tells --at, such as --at 1:23."))
    return Group(*parts)


def _span(session: Session, start_s: float, end_s: float) -> str:
    return f"from {_clock(start_s - session.start_s)} to {_clock(end_s - session.start_s)}"


def _clock(seconds: float) -> str:
    """Write a time with its tenths.

    Examples
    --------
    >>> _clock(65.24), _clock(59.96)
    ('1:05.2', '1:00.0')
    """
    tenths = round(10.0 * seconds)
    return f"{clock_time(tenths // 10)}.{tenths % 10}"
