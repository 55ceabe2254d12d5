"""A session as one page of HTML: for the person who did it and whoever treats them, without a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from statistics import fmean

import numpy as np

from imucount.coach.feedback import remark
from imucount.coach.words import describe
from imucount.errors import ImucountError
from imucount.form import Form, SetForm
from imucount.programme.assessment import Assessment, Outcome
from imucount.reps import Rep
from imucount.samples import FloatArray
from imucount.session import Session
from imucount.views.form_words import NOT_MEASURED, arm_line
from imucount.views.wording import NOT_KNOWN, clock_time, noun_of, number_of

__all__ = ["advice", "report_page"]

SAME_REP_S = 1.0
"""A circle that was measured live is one of the session if it begins within this time, s: what decides in the end
may move an edge."""

LEFT, RIGHT, TOP, BOTTOM = 40.0, 632.0, 8.0, 132.0
"""Of the charts, in their own units."""


@dataclass(frozen=True, slots=True)
class _Row:
    asked: str
    count: str
    direction: str
    period: str
    size: str
    rest: str
    result: str


@dataclass(frozen=True, slots=True)
class _Chart:
    title: str
    label: str
    caption: str
    ticks: list[dict[str, object]] = field(default_factory=list)
    between: list[float] = field(default_factory=list)
    names: list[dict[str, object]] = field(default_factory=list)
    targets: list[dict[str, float]] = field(default_factory=list)
    dots: list[dict[str, object]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Panel:
    name: str
    direction: str
    loops: list[str]
    mean: str
    remark: str


@dataclass(frozen=True, slots=True)
class _Page:
    title: str
    summary: str
    panels: list[_Panel]
    form: list[str]
    advice: list[str]
    has_programme: bool
    rows: list[_Row]
    charts: list[_Chart]
    warnings: Sequence[str]
    method: list[str]


def report_page(
    session: Session, assessment: Assessment | None = None, forms: Sequence[Form] = (), *, title: str = ""
) -> str:
    """Make a self-contained page of HTML of a session.

    Parameters
    ----------
    session : Session
    assessment : Assessment, optional
        Against a programme.
    forms : sequence of Form, optional
        Of its reps: then their loops are drawn.
    title : str, optional
        When and who, under the heading.

    Raises
    ------
    ImucountError
        If jinja2 is not installed; the extra "coach" brings it.
    """
    try:
        from jinja2 import Environment, StrictUndefined
    except ImportError as error:
        raise ImucountError(
            "expected jinja2, which a report is made with, got none; pip install 'imucount[coach]' brings it"
        ) from error

    if assessment is None:
        outcomes = [Outcome(None, each.reps, rest_before_s=each.rest_before_s) for each in session.sets]
    else:
        outcomes = list(assessment.outcomes)
    page = _Page(
        title=title,
        summary=_summary(session, assessment),
        panels=_panels(outcomes, forms),
        form=[_form_sentence(forms), arm_line(forms, session.reps)] if forms else [],
        advice=[] if assessment is None else advice(assessment),
        has_programme=assessment is not None,
        rows=_rows(outcomes, forms),
        charts=_charts(outcomes),
        warnings=session.warnings,
        method=_method(session),
    )
    template = (files("imucount.views") / "report_page.html").read_text("utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(template).render(page=page)


def _summary(session: Session, assessment: Assessment | None) -> str:
    noun = noun_of(session.exercise)
    if assessment is None:
        return f"{number_of(len(session.reps), noun)} in {number_of(len(session.sets), 'set')}."
    done, asked = assessment.reps_done, assessment.programme.reps
    if assessment.is_complete:
        return f"The whole programme was done: {done} of {asked} {noun}s."
    return f"{done} of {asked} {noun}s of the programme were done."


def advice(assessment: Assessment) -> list[str]:
    """Say in words what was not as planned."""
    planned = [outcome for outcome in assessment.outcomes if outcome.planned is not None]
    extra = len(assessment.outcomes) - len(planned)
    lines = []
    for verdict, said in (
        ("missing", "were left out"),
        ("partial", "have fewer circles than planned"),
        ("more", "have more circles than planned"),
        ("wrong direction", "went the other way round than planned"),
    ):
        numbers = [n for n, outcome in enumerate(planned, start=1) if outcome.verdict == verdict]
        lines += _about(numbers, said)
    for tempo in ("too fast", "too slow"):
        numbers = [n for n, outcome in enumerate(planned, start=1) if outcome.tempo_is_off == tempo]
        lines += _about(numbers, f"were {tempo}")
    numbers = [n for n, outcome in enumerate(planned, start=1) if outcome.rest_is_short]
    lines += _about(numbers, "began after too short a rest")
    if any(not outcome.direction_is_known for outcome in planned):
        lines.append("The direction of some circles is not known, so that it could not be checked.")
    if extra:
        lines.append(f"{number_of(extra, 'extra set')} {'was' if extra == 1 else 'were'} done.")
    return lines


def _about(numbers: Sequence[int], said: str) -> list[str]:
    if not numbers:
        return []
    if len(numbers) == 1:
        for plural, singular in (("were ", "was "), ("have ", "has ")):
            said = said.replace(plural, singular, 1) if said.startswith(plural) else said
        return [f"Set {numbers[0]} {said}."]
    return [f"Sets {', '.join(map(str, numbers[:-1]))} and {numbers[-1]} {said}."]


def _rows(outcomes: Sequence[Outcome], forms: Sequence[Form]) -> list[_Row]:
    sets = [SetForm.of(_of(outcome, forms)) for outcome in outcomes]
    best_deg = max((each.size_deg for each in sets if each.size_deg is not None), default=None)
    return [_row(outcome, form, best_deg) for outcome, form in zip(outcomes, sets)]


def _of(outcome: Outcome, forms: Sequence[Form]) -> list[Form]:
    """Find the forms of the circles that count for a set, which may have moved a little when all was known."""
    found = (min(forms, key=lambda form: abs(form.start_s - rep.start_s), default=None) for rep in outcome.reps)
    return [
        form
        for rep, form in zip(outcome.reps, found)
        if form is not None and abs(form.start_s - rep.start_s) <= SAME_REP_S
    ]


def _form_sentence(forms: Sequence[Form]) -> str:
    form = SetForm.of(forms)
    parts = [
        f"roundness {form.roundness:.2f} (1 is an ellipse)" if form.roundness is not None else "",
        f"evenness of the four phases {form.evenness:.2f} (1 is even)" if form.evenness is not None else "",
        f"smoothness {form.smoothness:.1f} (about -2.5 is fluid, -4.5 four separate moves)"
        if form.smoothness is not None
        else "",
    ]
    told = ", ".join(part for part in parts if part)
    return f"Medians of {form.n} circles: {told}." if told else "The form of the circles was not measured."


PANEL = 44.0
"""Half of the side of a drawn loop's panel, in its own units."""


def _panels(outcomes: Sequence[Outcome], forms: Sequence[Form]) -> list[_Panel]:
    """Draw the loops of each set, all to one scale, seen from the wearer's right side."""
    of_sets = [[form for form in _of(outcome, forms) if form.loop] for outcome in outcomes]
    drawn = [form for of_set in of_sets for form in of_set]
    if not drawn:
        return []
    spans = [max(np.ptp(np.array(form.loop), axis=0)) for form in drawn]
    scale = 1.7 * PANEL / float(max(spans))
    panels = []
    before: SetForm | None = None
    for number, (outcome, of_set) in enumerate(zip(outcomes, of_sets), start=1):
        loops = [np.array(form.loop) for form in of_set]
        loops = [scale * (loop - 0.5 * (loop.min(axis=0) + loop.max(axis=0))) for loop in loops]
        direction = outcome.reps[0].direction if outcome.reps else NOT_KNOWN
        panels.append(
            _Panel(
                f"set {number}, {direction}" if direction in ("forward", "backward") else f"set {number}",
                direction,
                [_points(loop) for loop in loops],
                _points(np.mean(loops, axis=0)) if loops else "",
                remark(of_set, before) if of_set else NOT_MEASURED.capitalize() + ".",
            )
        )
        before = SetForm.of(of_set) if of_set else before
    return panels


def _points(loop: FloatArray) -> str:
    return " ".join(f"{x:.1f},{-y:.1f}" for x, y in loop.tolist())


def _row(outcome: Outcome, form: SetForm, best_deg: float | None) -> _Row:
    reps = outcome.reps or outcome.wrong
    by_hand = f" ({outcome.corrected:+d} by hand)" if outcome.corrected else ""
    wrong = f", {len(outcome.wrong)} the other way" if outcome.wrong and outcome.reps else ""
    return _Row(
        asked="" if outcome.planned is None else describe(outcome.planned),
        count=f"{outcome.count}{by_hand}{wrong}",
        direction=reps[0].direction if reps else NOT_KNOWN,
        period=NOT_KNOWN if outcome.period_s is None else f"{outcome.period_s:.1f} s",
        size=_size(outcome, form, best_deg),
        rest=NOT_KNOWN if outcome.rest_before_s is None else clock_time(outcome.rest_before_s),
        result=outcome.verdict,
    )


def _size(outcome: Outcome, form: SetForm, best_deg: float | None) -> str:
    if form.size_deg is None or not best_deg:
        return _mean_size(outcome.reps)
    return f"{form.size_deg:.0f}°, {100 * form.size_deg / best_deg:.0f} %"


def _mean_size(reps: Sequence[Rep]) -> str:
    sizes = [rep.elevation_deg for rep in reps if rep.elevation_deg is not None]
    return f"{fmean(sizes):.0f}°" if sizes else NOT_KNOWN


def _charts(outcomes: Sequence[Outcome]) -> list[_Chart]:
    if not any(outcome.reps or outcome.wrong for outcome in outcomes):
        return []
    asked_s = [None if outcome.planned is None else outcome.planned.period_s for outcome in outcomes]
    dashed = "; the dashed line is what was asked for" if any(asked_s) else ""
    tempo = _chart(
        outcomes,
        _Chart(
            "Tempo, circle by circle",
            "Length of each circle in seconds, set by set",
            f"Length of each circle, s{dashed}. Filled: forward, open: backward.",
        ),
        {id(rep): rep.duration_s for outcome in outcomes for rep in (*outcome.reps, *outcome.wrong)},
        asked_s,
    )
    sizes = {
        id(rep): rep.elevation_deg
        for outcome in outcomes
        for rep in (*outcome.reps, *outcome.wrong)
        if rep.elevation_deg is not None
    }
    if not sizes:
        return [tempo]
    size = _chart(
        outcomes,
        _Chart(
            "Size, circle by circle",
            "Range of elevation of each circle in degrees, set by set",
            "How far the clip tilts up and down in each circle, degrees. The shoulder blade itself moves more.",
        ),
        sizes,
        [None] * len(outcomes),
    )
    return [tempo, size]


def _chart(
    outcomes: Sequence[Outcome], chart: _Chart, values: dict[int, float], targets: Sequence[float | None]
) -> _Chart:
    """Fill a chart: a dot a circle, side by side, with a line between sets."""
    highest = max([*values.values(), *(target for target in targets if target is not None)])
    step = next(step for step in (0.5, 1, 2, 5, 10, 20, 50, 100, 1000) if highest / step <= 4)
    top = step * (int(highest / step) + 1)

    def y_of(value: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * value / top, 1)

    chart.ticks.extend({"y": y_of(step * n), "text": f"{step * n:g}"} for n in range(int(top / step) + 1))
    widths = [max(1, len(outcome.reps) + len(outcome.wrong)) + 1 for outcome in outcomes]
    scale = (RIGHT - LEFT) / sum(widths)
    left = LEFT
    for number, (outcome, width, target) in enumerate(zip(outcomes, widths, targets), start=1):
        right = left + width * scale
        chart.between.append(round(right, 1))
        chart.names.append({"x": round((left + right) / 2, 1), "text": f"set {number}"})
        if target is not None:
            chart.targets.append({"x1": round(left, 1), "x2": round(right, 1), "y": y_of(target)})
        reps = sorted([*outcome.reps, *outcome.wrong], key=lambda rep: rep.start_s)
        for place, rep in enumerate(reps, start=1):
            if id(rep) in values:
                x = round(left + place * scale, 1)
                chart.dots.append({"x": x, "y": y_of(values[id(rep)]), "direction": rep.direction})
        left = right
    return chart


def _method(session: Session) -> list[str]:
    rate = "" if session.sampling_rate_hz is None else f" at {session.sampling_rate_hz:.0f} samples a second"
    where = "on one shoulder" if session.side is None else f"on the {session.side} shoulder"
    return [
        f"A motion sensor {where} measured acceleration and rotation{rate}, for {clock_time(session.duration_s)}.",
        "A circle is counted where the shoulder goes round: forward is back, up, forward, down. Sizes are of "
        "the sensor; skin and strap follow the bone in part.",
        f"By their confidence, at least {session.sure_reps} of the {len(session.reps)} counted are right, in 19 "
        "sessions of 20. Feet and trunk were not measured: one clip cannot tell them. This is no medical device.",
        "Size is the root of elevation times protraction, beside it the share of the best set. Roundness is the "
        "isoperimetric quotient of the loop, both ranges made alike; smoothness the spectral arc length (SPARC, "
        "Balasubramanian et al. 2015) of the angular speed.",
    ]
