"""Feedback: what is said of a set's form, in one sentence at most."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from math import log

from imucount.form import Form, SetForm

__all__ = ["remark"]

NOTABLE = {"roundness": 0.08, "smoothness": 0.5, "evenness": 0.2}
NOTABLE_SIZE = 0.15
"""Medians of ten circles that one simulated person makes alike differ by half as much from set to set."""

SMALLER = 0.75
"""A circle is smaller with less than this share of the set's median size: within a set sizes vary by 11 %."""

ENOUGH, MOST_LAST = 5, 4
"""Of so many circles the last ones can be told from the others, and so many of them are the last ones."""

IN_STEPS = -3.4
"""Below this smoothness circles are made in separate moves: fluid ones have -2.5, separate ones -4.5."""

FLAT, ROUND = 0.55, 0.8
"""Roundness of loops that are nearly lines, and of those rounder than a rectangle."""

NUMBERS = ("none", "one", "two", "three", "four")


def remark(forms: Sequence[Form], before: SetForm | None) -> str:
    """Say what there is to say of a set; empty where nothing was measured.

    Parameters
    ----------
    forms : sequence of Form
        Of its circles, in order.
    before : SetForm or None
        Of the set before, to compare it with.

    Examples
    --------
    >>> def made(roundness, sizes_deg):
    ...     return [Form(3.0 * n, 3.0, size, roundness, 0.8, -2.5) for n, size in enumerate(sizes_deg)]
    >>> remark(made(0.9, [10, 11, 10, 10, 6, 7]), SetForm.of(made(0.7, [10, 10])))
    'Rounder than the set before; the last two were smaller.'
    >>> remark(made(0.9, [10, 11]), None)
    'Round and fluid.'
    """
    now = SetForm.of(forms)
    if now.size_deg is None:
        return ""
    parts = [_by_itself(now) if before is None else _compared(now, before), _last_ones(forms, now.size_deg)]
    said = "; ".join(part for part in parts if part)
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def _by_itself(now: SetForm) -> str:
    if now.roundness is None or now.smoothness is None:
        return ""
    if now.smoothness < IN_STEPS:
        return "still in separate moves"
    if now.roundness < FLAT:
        return "more of a line than a round"
    return "round and fluid" if now.roundness >= ROUND else "fluid, and not quite round"


def _compared(now: SetForm, before: SetForm) -> str:
    """Tell what changed most, if anything did by more than chance."""
    changes = [
        (_change(now.roundness, before.roundness, NOTABLE["roundness"]), "rounder", "less round"),
        (_change(now.smoothness, before.smoothness, NOTABLE["smoothness"]), "smoother", "less smooth"),
        (_change(now.evenness, before.evenness, NOTABLE["evenness"]), "more even", "less even"),
    ]
    if now.size_deg and before.size_deg:
        changes.append((log(now.size_deg / before.size_deg) / NOTABLE_SIZE, "larger", "smaller"))
    most, more, less = max(changes, key=lambda change: abs(change[0]))
    if abs(most) < 1.0:
        return "as good as the set before" if now.roundness is not None else ""
    return f"{more if most > 0.0 else less} than the set before"


def _change(now: float | None, before: float | None, notable: float) -> float:
    return 0.0 if now is None or before is None else (now - before) / notable


def _last_ones(forms: Sequence[Form], median_deg: float) -> str:
    small = [form.size_deg is not None and form.size_deg < SMALLER * median_deg for form in forms]
    n = len(list(takewhile(bool, reversed(small))))
    if len(forms) < ENOUGH or not 1 <= n <= MOST_LAST:
        return ""
    return "the last one was smaller" if n == 1 else f"the last {NUMBERS[n]} were smaller"
