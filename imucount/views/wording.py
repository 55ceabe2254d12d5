"""Wording: what the tables and views of a session, a count in progress and a recording say in the same way."""

from __future__ import annotations

from collections.abc import Sequence

from imucount.sets import Exercise, Gap, Side

__all__ = [
    "NOT_KNOWN",
    "STYLES",
    "bar",
    "clock_time",
    "counted",
    "gaps_line",
    "noun_of",
    "number_of",
    "shoulder",
]

NOT_KNOWN = "-"

STYLES: dict[str | None, str] = {"forward": "cyan", "backward": "magenta", "unknown": "yellow"}


def clock_time(seconds: float) -> str:
    """Write a length of time as a clock shows it.

    Examples
    --------
    >>> clock_time(65.2), clock_time(7384)
    ('1:05', '2:03:04')
    """
    minutes, s = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{s:02}" if hours else f"{minutes}:{s:02}"


def number_of(count: int, noun: str) -> str:
    """Count things.

    Examples
    --------
    >>> number_of(1, "gap"), number_of(2, "gap")
    ('1 gap', '2 gaps')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def counted(n_certain: int, n_provisional: int) -> str:
    """Write a count that has reps in it which may be taken back.

    Examples
    --------
    >>> counted(7, 0), counted(7, 1)
    ('7', '8?')
    """
    return f"{n_certain + n_provisional}{'?' if n_provisional else ''}"


def bar(share: float, width: int = 20) -> str:
    """Draw how far something is.

    Examples
    --------
    >>> bar(0.25, 8)
    '██░░░░░░'
    """
    done = round(width * min(1.0, max(0.0, share)))
    return "█" * done + "░" * (width - done)


def gaps_line(gaps: Sequence[Gap]) -> str:
    """Tell how many gaps there are, and how long they are.

    Examples
    --------
    >>> gaps_line([Gap(4.0, 7.0), Gap(10.0, 12.5)])
    '2 gaps of 5.5 s in all'
    """
    return f"{number_of(len(gaps), 'gap')} of {sum(gap.duration_s for gap in gaps):.1f} s in all"


def noun_of(exercise: Exercise) -> str:
    """Name one of what is counted."""
    return "rep" if exercise == "cyclic" else "circle"


def shoulder(side: Side | None) -> str:
    """Name the shoulder that wears the clip."""
    return "side not told" if side is None else f"{side} shoulder"
