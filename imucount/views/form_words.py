"""Form in words: how circles were made, over a set, a session, and from side to side."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from imucount.form import Form, SetForm
from imucount.reps import Rep

__all__ = ["NOT_MEASURED", "arm_line", "form_line", "sides_line"]

NOT_MEASURED = "not measured"

ARM_LEADS = 1.0
"""An arm that turns against the vertical by as much as the shoulder rises does the work. A simulated loose one
turns by a seventh to two thirds of it, the faster the more; one that is swung along by 20 deg, by a fifth more."""


def form_line(forms: Sequence[Form]) -> str:
    """Tell the medians of circles.

    Examples
    --------
    >>> form_line([Form(0.0, 3.0, 10.0, 0.93, 0.8, -2.5)])
    'size 10 deg, roundness 0.93, evenness 0.80, smoothness -2.5 (medians, n = 1)'
    """
    form = SetForm.of(forms)
    size = NOT_MEASURED if form.size_deg is None else f"{form.size_deg:.0f} deg"
    return (
        f"size {size}, roundness {_two(form.roundness)}, evenness {_two(form.evenness)}, "
        f"smoothness {NOT_MEASURED if form.smoothness is None else f'{form.smoothness:.1f}'} "
        f"(medians, n = {form.n})"
    )


def arm_line(forms: Sequence[Form], reps: Sequence[Rep]) -> str:
    """Tell whether the arm did the work, as far as a clip on it was there.

    Examples
    --------
    >>> arm_line([Form(0.0, 3.0, 10.0, 0.9, 0.8, -2.5)], [Rep(0.0, 3.0, "forward", (), 14.0, 8.0, 1.0)])
    'Arms: not measured; a second clip on the upper arm would tell (--arm).'
    """
    rises = {rep.start_s: rep.elevation_deg for rep in reps if rep.elevation_deg is not None}
    pairs = [
        (form.arm_deg, rises[form.start_s]) for form in forms if form.arm_deg is not None and form.start_s in rises
    ]
    if not pairs:
        return "Arms: not measured; a second clip on the upper arm would tell (--arm)."
    arm_deg, rise_deg = (median(values) for values in zip(*pairs))
    verdict = "the arm did the work; let it hang" if arm_deg >= ARM_LEADS * rise_deg else "the arm only came along"
    return (
        f"Arms: {verdict}. It turned by {arm_deg:.0f} deg while the shoulder's clip rose by {rise_deg:.0f} deg "
        f"(medians, n = {len(pairs)})."
    )


def sides_line(left: Sequence[Form], right: Sequence[Form]) -> str:
    """Compare the circles of both sides by their medians; empty without both.

    Examples
    --------
    >>> sides_line([Form(0.0, 3.0, 9.0, None, 0.8, None)], [Form(0.0, 2.5, 12.0, None, 0.8, None)] * 2)
    'Left and right: size 9 and 12 deg (0.75 : 1), length 3.0 and 2.5 s (medians, n = 1 and 2).'
    """
    if not left or not right:
        return ""
    parts = []
    one, other = SetForm.of(left), SetForm.of(right)
    if one.size_deg is not None and other.size_deg:
        share = one.size_deg / other.size_deg
        parts.append(f"size {one.size_deg:.0f} and {other.size_deg:.0f} deg ({share:.2f} : 1)")
    if one.roundness is not None and other.roundness is not None:
        parts.append(f"roundness {one.roundness:.2f} and {other.roundness:.2f}")
    lengths_s = [median(form.duration_s for form in forms) for forms in (left, right)]
    parts.append(f"length {lengths_s[0]:.1f} and {lengths_s[1]:.1f} s")
    return f"Left and right: {', '.join(parts)} (medians, n = {len(left)} and {len(right)})."


def _two(value: float | None) -> str:
    return NOT_MEASURED if value is None else f"{value:.2f}"
