"""How well circles are counted as people make them: the second half of `python -m benchmarks.circles`.

Beside the count it asks what users ask: was a set lost, did the session say so, how often is a direction wrong but
told, and how often is a circle right that is told with a given confidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

import imucount
from benchmarks.conditions import Take
from benchmarks.harsher import HARSHER, WITHOUT_CIRCLES
from imucount import Rep, Session
from imucount.simulate import Simulation

CONFIDENCES = (0.0, 0.5, 0.7, 0.9, 0.95, 0.99, 1.0)
AIM_FALSE = {"large circles of the whole arm": ""}  # by its path such a circle is one of the shoulder, too


@dataclass(slots=True)
class People:
    """What came of one or more sessions."""

    sessions: int = 0
    sessions_right: int = 0  # as many sets as were made
    sets: int = 0
    sets_exact: int = 0
    reps: int = 0  # found, within a true set
    directions_wrong: int = 0
    directions_unknown: int = 0
    with_a_lost_set: int = 0  # sessions with a set of which nothing was counted
    lost_and_told: int = 0
    false: int = 0
    hours: float = 0.0
    sure_holds: int = 0  # sessions with reps of which as many are right as they are sure of
    with_reps: int = 0
    confidences: list[tuple[float, bool]] = field(default_factory=list)

    @classmethod
    def sum(cls, some: Iterable[People]) -> People:
        total = cls()
        for each in some:
            for name in cls.__slots__:
                setattr(total, name, getattr(total, name) + getattr(each, name))
        return total


def measure_people(name: str, seed: int) -> People:
    """Count one session: of a condition by its title, or of movement without circles by its name."""
    draws = {condition.title: condition.draw for condition in HARSHER} | WITHOUT_CIRCLES
    take: Take = draws[name](np.random.default_rng([seed, 1]))
    simulation = take.simulate(seed)
    return judge(simulation, imucount.count(simulation.samples, side=simulation.side))


def judge(simulation: Simulation, session: Session) -> People:
    """Hold a session against the truth."""
    people = People(
        sessions=1,
        sessions_right=int(len(session.sets) == len(simulation.sets)),
        sets=len(simulation.sets),
        hours=simulation.samples.duration_s / 3600.0,
    )
    lost = 0
    for true_set in simulation.sets:
        within = [rep for rep in session.reps if true_set.start_s <= _middle_s(rep) < true_set.end_s]
        belong = [each for each in session.sets if any(rep in within for rep in each.reps)]
        people.reps += len(within)
        people.directions_wrong += sum(rep.direction not in (true_set.direction, "unknown") for rep in within)
        people.directions_unknown += sum(rep.direction == "unknown" for rep in within)
        lost += not within
        people.sets_exact += (
            len(belong) == 1
            and len(belong[0].reps) == len(true_set.reps)
            and belong[0].direction == true_set.direction
        )
    right = _right(simulation, session)
    people.confidences = [(rep.confidence, each) for rep, each in zip(session.reps, right)]
    people.false = sum(
        not any(true_set.start_s <= _middle_s(rep) < true_set.end_s for true_set in simulation.sets)
        for rep in session.reps
    )
    people.with_a_lost_set = int(lost > 0)
    people.lost_and_told = int(lost > 0 and any("went round" in warning for warning in session.warnings))
    people.with_reps = int(len(session.reps) > 0)
    people.sure_holds = int(len(session.reps) > 0 and sum(right) >= session.sure_reps)
    return people


def _middle_s(rep: Rep) -> float:
    return 0.5 * (rep.start_s + rep.end_s)


def _right(simulation: Simulation, session: Session) -> list[bool]:
    """Of each rep whether it is a true one, that no rep before was, and of no other direction."""
    seen: set[float] = set()
    right = []
    for rep in session.reps:
        true = next((each for each in simulation.reps if each.start_s <= _middle_s(rep) < each.end_s), None)
        is_right = true is not None and true.start_s not in seen and rep.direction in (true.direction, "unknown")
        if true is not None:
            seen.add(true.start_s)
        right.append(is_right)
    return right


def report_people(by_name: dict[str, People]) -> str:
    """Markdown, with what was aimed at beside what was found."""
    lines = [
        "| circles as people make them | sets | exact | aim | number of sets right | direction wrong | unknown "
        "| false an hour |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for condition in HARSHER:
        each = by_name[condition.title]
        lines.append(
            f"| {condition.title} | {each.sets} | {_percent(each.sets_exact, each.sets)} "
            f"| >= {condition.aim_percent:g} % "
            f"| {each.sessions_right} of {each.sessions} | {_percent(each.directions_wrong, each.reps)} "
            f"| {_percent(each.directions_unknown, each.reps)} | {_an_hour(each)} |"
        )
    lines += ["", "| other movement | hours | false circles an hour | aim |", "|---|---|---|---|"]
    for name in WITHOUT_CIRCLES:
        each = by_name[name]
        lines.append(f"| {name} | {each.hours:.1f} | {_an_hour(each)} | {AIM_FALSE.get(name, '<= 3')} |")
    every = People.sum(people for name, people in by_name.items() if name not in AIM_FALSE)
    lines += [
        "",
        f"Sessions from which a set is missing: {every.with_a_lost_set}, of which {every.lost_and_told} say so.",
        "",
        "| confidence | circles | right |",
        "|---|---|---|",
        *confidence_rows(every.confidences),
        "",
        "At least as many circles are right as a session is sure of in "
        f"{_percent(every.sure_holds, every.with_reps)} of {every.with_reps} sessions with any.",
    ]
    return "\n".join(lines)


def confidence_rows(confidences: Sequence[tuple[float, bool]]) -> list[str]:
    """How many circles were right, by the confidence that they were told with."""
    rows = []
    for low, high in pairwise(CONFIDENCES):
        among = [right for sure, right in confidences if low <= sure < high or sure == high == 1.0]
        rows.append(f"| {low:g} to {high:g} | {len(among)} | {_percent(sum(among), len(among))} |")
    return rows


def _percent(part: int, whole: int) -> str:
    return f"{100.0 * part / whole:.1f} %" if whole else "-"


def _an_hour(people: People) -> str:
    return f"{people.false / people.hours:.1f}" if people.hours else "-"
