"""Notes: what a recording says in comment lines among and after its rows, and which of it is a warning.

# 12.345 s: dropped: The link to the clip was lost.       something that happened, and when
# warning: 3 % of the packets were lost.                  known at the end
# clock: device, 12 ppm fast                              also known at the end, and no warning
"""

from __future__ import annotations

import re

__all__ = ["note_of_event", "note_of_warning", "printable_line", "warning_of_note"]

_EVENT = re.compile(r"(-?\d+\.\d{3}) s: ([a-z]+): (.+)")
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


def warning_of_note(note: str) -> str | None:
    """Return what a session should warn of because of a note; None if nothing.

    Examples
    --------
    >>> warning_of_note("12.345 s: dropped: The link was lost.")
    'At 12.345 s: The link was lost.'
    >>> warning_of_note("warning: Packets were lost.")
    'Packets were lost.'
    >>> warning_of_note("clock: device") is None
    True
    """
    event = _EVENT.fullmatch(note)
    if event:
        time_s, kind, text = event.groups()
        return None if kind == _NO_WARNING else f"At {time_s} s: {text}"
    return note.removeprefix(_WARNING) if note.startswith(_WARNING) else None


def printable_line(text: str) -> str:
    r"""Make one line of any text, without what a terminal would take for a command.

    Examples
    --------
    >>> printable_line(" a clip\n named \x1b[31m ")
    'a clip  named ?[31m'
    """
    line = " ".join(text.splitlines())
    return "".join(character if character.isprintable() else "?" for character in line).strip()
