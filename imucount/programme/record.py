"""A coached session's assessment as JSON, beside the session's own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import cast

from imucount.json_text import JsonObject
from imucount.programme.assessment import Assessment, Outcome
from imucount.programme.plan import PlannedDirection, PlannedSet, Programme
from imucount.reps import Rep

__all__ = ["assessment_of_json", "assessment_to_json"]

SCHEMA_VERSION = 1

SAME_REP_S = 1.0
"""A circle of the session is the one that was counted live if it begins within this time, s: what decides in the
end may move an edge."""


def assessment_to_json(assessment: Assessment) -> str:
    """Write an assessment down; circles are told by their start, s."""
    programme = assessment.programme
    document = {
        "schema_version": SCHEMA_VERSION,
        "name": programme.name,
        "sets": [
            {"reps": each.reps, "direction": each.direction, "period_s": each.period_s, "rest_s": each.rest_s}
            for each in programme.sets
        ],
        "outcomes": [
            {
                "is_planned": outcome.planned is not None,
                "reps_start_s": [rep.start_s for rep in outcome.reps],
                "wrong_start_s": [rep.start_s for rep in outcome.wrong],
                "corrected": outcome.corrected,
                "rest_before_s": outcome.rest_before_s,
                "rest_planned_s": outcome.rest_planned_s,
            }
            for outcome in assessment.outcomes
        ],
    }
    return json.dumps(document, indent=2, allow_nan=False)


def assessment_of_json(text: str, reps: Sequence[Rep]) -> Assessment:
    """Read back what `assessment_to_json` wrote, with the circles of the session.

    Raises
    ------
    CountingError
        If the text is something else, or damaged; ProgrammeError if its programme cannot be.
    """
    document = JsonObject.from_text(text, "a coached session")
    document.check_version(SCHEMA_VERSION, "`imucount coach`")
    sets = tuple(
        PlannedSet(
            each.whole("reps", 1),
            cast(PlannedDirection, each.choice("direction", "forward", "backward", "any")),
            each.number_or_none("period_s"),
            each.number("rest_s"),
        )
        for each in document.objects("sets", "a planned set")
    )
    programme = Programme(sets, document.text("name"))
    planned = iter(programme.sets)
    outcomes = [
        Outcome(
            next(planned, None) if each.flag_or_none("is_planned") else None,
            _found(each.list_of_numbers("reps_start_s"), reps),
            _found(each.list_of_numbers("wrong_start_s"), reps),
            int(each.number("corrected", -1e6, 1e6)),
            each.number_or_none("rest_before_s"),
            each.number_or_none("rest_planned_s"),
        )
        for each in document.objects("outcomes", "a set")
    ]
    missing = [Outcome(each, ()) for each in planned]
    return Assessment(programme, (*outcomes, *missing))


def _found(starts_s: Sequence[float], reps: Sequence[Rep]) -> tuple[Rep, ...]:
    found = []
    for start_s in starts_s:
        nearest = min(reps, key=lambda rep: abs(rep.start_s - start_s), default=None)
        if nearest is not None and abs(nearest.start_s - start_s) <= SAME_REP_S and nearest not in found:
            found.append(nearest)
    return tuple(found)
