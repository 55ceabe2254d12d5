"""Notes: what a recording says in comment lines after its rows, and which of it is a warning.

# recorded live: a line with end_utc follows the last row   in the header of a live recording
# 12.345 s: dropped: The link to the clip was lost.       something that happened, and when
# clock: Time is from the device's own clock.             known only at the end
# warning: 3 % of the packets were lost.                  the same, and a reader should know it
# end_utc: 2026-01-31T12:00:00.000+00:00                  last: the recording was finished in order
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from imucount.outside_text import printable_line

__all__ = ["BEGIN", "END", "LIVE", "note_of_event", "note_of_warning", "warnings_of_notes"]

LIVE = ("recorded live", "a line with end_utc follows the last row")
"""Key and value in the header of a recording that will say when it was finished."""

BEGIN = ": ".join(LIVE)
"""The same as the first note of it, as older files have it."""

END = "end_utc: "
"""Begins the last note of a recording that was finished in order."""

_EVENT = re.compile(r"(?P<time_s>-?\d+\.\d{3}) s: (?P<kind>[a-z]+): (?P<text>.+)")
_WARNING = "warning: "

_NO_WARNING = "connected"
"""The one kind of event that is as it should be."""


def note_of_event(time_s: float, kind: str, text: str) -> str:
    """Say what happened, and when on the clock of the samples, in s.

    Examples
    --------
    >>> note_of_event(12.3451, "dropped", "The link was lost.")
    '12.345 s: dropped: The link was lost.'
    """
    return f"{time_s:.3f} s: {kind}: {printable_line(text)}".strip()


def note_of_warning(text: str) -> str:
    """Say what a reader of the figures should know."""
    return (_WARNING + printable_line(text)).strip()


def warnings_of_notes(notes: Sequence[str]) -> tuple[str, ...]:
    """Return what a reader of a recording should know because of its notes, a sentence each.

    A recording that was finished says it in the end. One that was not has only what happened.

    Examples
    --------
    >>> notes = ["12.345 s: dropped: The link was lost.", "clock: device", "warning: The link was lost once."]
    >>> warnings_of_notes(notes)
    ('At 12.345 s: The link was lost.', 'The link was lost once.')
    >>> warnings_of_notes([*notes, END + "2026-01-31T12:00:00.000+00:00"])
    ('The link was lost once.',)
    >>> warnings_of_notes([BEGIN])
    ('The recording was not finished, as when its program is killed; what is there is counted.',)
    """
    is_finished = any(note.startswith(END) for note in notes)
    warnings = []
    for note in notes:
        event = _EVENT.fullmatch(note)
        if note.startswith(_WARNING):
            warnings.append(note.removeprefix(_WARNING))
        elif event and event["kind"] != _NO_WARNING and not is_finished:
            warnings.append(f"At {event['time_s']} s: {event['text']}")
    if BEGIN in notes and not is_finished:
        warnings.append("The recording was not finished, as when its program is killed; what is there is counted.")
    return tuple(warnings)
