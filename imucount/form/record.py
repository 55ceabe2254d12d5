"""Forms as JSON, beside a session's own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from imucount.form.measures import Form
from imucount.json_text import JsonObject

__all__ = ["forms_of_json", "forms_to_json"]

SCHEMA_VERSION = 1


def forms_to_json(forms: Sequence[Form]) -> str:
    """Write forms down; a loop is a list of protractions and a list of elevations, deg."""
    return json.dumps(
        {
            "schema_version": SCHEMA_VERSION,
            "forms": [
                {key: value for key, value in asdict(form).items() if key != "loop"}
                | {
                    "loop_protraction_deg": [x for x, _ in form.loop],
                    "loop_elevation_deg": [y for _, y in form.loop],
                }
                for form in forms
            ],
        },
        allow_nan=False,
    )


def forms_of_json(text: str) -> tuple[Form, ...]:
    """Read back what `forms_to_json` wrote.

    Raises
    ------
    CountingError
        If the text is something else, or damaged.
    """
    document = JsonObject.from_text(text, "the form of circles")
    document.check_version(SCHEMA_VERSION, "`imucount coach`")
    return tuple(
        Form(
            each.number("start_s"),
            each.number("duration_s"),
            each.number_or_none("size_deg"),
            each.number_or_none("roundness"),
            each.number_or_none("evenness"),
            each.number_or_none("smoothness"),
            each.number_or_none("arm_deg"),
            tuple(zip(each.list_of_numbers("loop_protraction_deg"), each.list_of_numbers("loop_elevation_deg"))),
        )
        for each in document.objects("forms", "a circle")
    )
