"""Form of a circle and of a set, and the meter that takes it from samples as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil
from statistics import median
from typing import Self

import numpy as np

from imucount.form.loop import Axes, Rotation, circularity
from imucount.form.recent import Recent
from imucount.form.smoothness import spectral_arc_length
from imucount.reps import Rep
from imucount.samples import FloatArray, Samples, interpolated
from imucount.sets import Side

__all__ = ["Form", "FormMeter", "Point", "SetForm", "form_of"]

Point = tuple[float, float]
"""Protraction and elevation, deg."""

RATE_HZ = 50.0
"""Circles are measured on this even grid: smoothness asks for 10 Hz and what lies below."""

LOOP_POINTS = 32
"""Of a drawn loop, evenly in time: eight a quarter."""

TRAIL_HZ = 12.5
TRAIL_STEP = 2
"""A trail has so many points a second, and gets so many at once: what costs most is to draw a screen anew."""

LONGEST_TRAIL_S = 16.0
QUIET_RAD_S = 0.06
QUIET_S = 0.32
"""A trail is drawn at most for so long, from where the clip turned by less than 3.4 deg/s for a third of a second:
before a circle the shoulder is at rest."""

SAME_SET_PERIODS = 1.5
"""For so many lengths of the last circle the present one begins where that ended."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a circle was made. What a clip cannot tell is None: "not measured".

    Attributes
    ----------
    start_s, duration_s : float
        Of the circle, s.
    size_deg : float or None
        Diameter of the ellipse that reaches as far up and down, and to and fro, as a mean of both: the root of
        elevation times protraction, deg; the range of elevation without a gyroscope. It is of the sensor, which
        follows the bone in part, so it compares circles of one person with the clip in one place.
    roundness : float or None
        1 for an ellipse, 0.79 for a rectangle, towards 0 for a line: the isoperimetric quotient of the loop with
        both ranges made alike. None without a gyroscope, or with samples missing.
    evenness : float or None
        Four times the shortest of the four phases, as a share of the circle: 1 when all take as long, 0 where one
        is left out. None without a gyroscope.
    smoothness : float or None
        Spectral arc length (SPARC) of the angular speed: about -2.5 for a fluid circle, -4.5 for four separate
        moves, whatever the tempo and the size. None as roundness.
    arm_deg : float or None
        How far the upper arm moved against the vertical, deg, where a clip is worn on it, too.
    loop : tuple of (float, float)
        Protraction and elevation, deg, at 32 moments of it, evenly in time, from where it begins; forward and up
        are positive; of a side that is not known, as on the right one. Empty where it is not measured.
    """

    start_s: float
    duration_s: float
    size_deg: float | None
    roundness: float | None
    evenness: float | None
    smoothness: float | None
    arm_deg: float | None = None
    loop: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class SetForm:
    """Form of several circles: medians, None where none of them was measured.

    Attributes
    ----------
    n : int
        Circles.
    size_deg, roundness, evenness, smoothness, arm_deg : float or None
        As of `Form`.
    """

    n: int
    size_deg: float | None
    roundness: float | None
    evenness: float | None
    smoothness: float | None
    arm_deg: float | None

    @classmethod
    def of(cls, forms: Sequence[Form]) -> Self:
        """Put circles together.

        Examples
        --------
        >>> sizes = [Form(0.0, 3.0, size_deg, None, 0.8, None) for size_deg in (10.0, 14.0, 11.0)]
        >>> SetForm.of(sizes)
        SetForm(n=3, size_deg=11.0, roundness=None, evenness=0.8, smoothness=None, arm_deg=None)
        """
        return cls(
            len(forms),
            size_deg=_median(forms, lambda form: form.size_deg),
            roundness=_median(forms, lambda form: form.roundness),
            evenness=_median(forms, lambda form: form.evenness),
            smoothness=_median(forms, lambda form: form.smoothness),
            arm_deg=_median(forms, lambda form: form.arm_deg),
        )


def _median(forms: Iterable[Form], measure: Callable[[Form], float | None]) -> float | None:
    values = [value for form in forms if (value := measure(form)) is not None]
    return median(values) if values else None


def form_of(samples: Samples, reps: Sequence[Rep], side: Side | None = None) -> tuple[Form, ...]:
    """Tell how circles were made.

    Parameters
    ----------
    samples : Samples
        In which they were counted.
    reps : sequence of Rep
        As `Session.reps`.
    side : {"left", "right"}, optional
        The shoulder that wears the clip: which way forward is.

    Returns
    -------
    tuple of Form
        One for each rep. None of what is in it depends on the other reps.

    Examples
    --------
    >>> import imucount
    >>> from imucount.simulate import Circles, Movement, simulate
    >>> still = Movement("standing", 5.0)
    >>> samples = simulate([still, Circles(5, "forward"), still], seed=1).samples
    >>> forms = form_of(samples, imucount.count(samples, side="right").reps, "right")
    >>> [form.roundness > 0.9 for form in forms]
    [True, True, True, True, True]
    """
    whole = Recent(keep_s=None)
    whole.update(samples)
    return tuple(_measured(whole, rep, side)[0] for rep in reps)


class FormMeter:
    """Tells the form of circles as they become certain, and what the present one has drawn so far.

    Parameters
    ----------
    side : {"left", "right"}, optional
        The shoulder that wears the clip.
    """

    def __init__(self, side: Side | None = None) -> None:
        self.side: Side | None = side
        self._recent = Recent()
        self._last: Form | None = None
        self._axes: Axes | None = None
        self._offset: FloatArray | None = None
        self._trail: tuple[Point, ...] = ()
        self._trail_of: tuple[float, int] | None = None

    def update(self, samples: Samples) -> None:
        """Take the next samples."""
        self._recent.update(samples)

    def measure(self, rep: Rep) -> Form:
        """Tell the form of a circle that became certain, whose samples were taken."""
        form, rotation = _measured(self._recent, rep, self.side)
        if rotation is not None:
            self._last = form
            self._axes = Axes.of(rotation, _top_s(rep), self.side)
            self._offset = rotation.offset_rad_s
        return form

    @property
    def trail(self) -> tuple[Point, ...]:
        """What the present circle has drawn, deg, from the lowest point on; empty while that is not known."""
        now_s = self._recent.now_s
        if now_s is None or self._axes is None or self._offset is None or self._last is None:
            return ()
        last_end_s = self._last.start_s + self._last.duration_s
        goes_on = now_s - last_end_s <= SAME_SET_PERIODS * self._last.duration_s
        step_s = TRAIL_STEP / TRAIL_HZ
        n_before = 0 if goes_on else max(0, ceil((now_s - LONGEST_TRAIL_S - last_end_s) / step_s))
        start_s = last_end_s + n_before * step_s
        n_points = TRAIL_STEP * int((now_s - start_s) / step_s)
        if self._trail_of != (start_s, n_points):
            self._trail_of = start_s, n_points
            self._trail = self._drawn(start_s, n_points, goes_on)
        return self._trail

    def _drawn(self, start_s: float, n_points: int, goes_on: bool) -> tuple[Point, ...]:
        assert self._axes is not None  # of a circle before
        assert self._offset is not None
        t_s = start_s + np.arange(n_points) / TRAIL_HZ
        recent = self._recent.between(start_s, float(t_s[-1])) if n_points else None
        if recent is None or recent.gyr is None:
            return ()
        rate = interpolated(t_s, recent.t, recent.gyr) - self._offset
        if not goes_on:
            rate = rate[_after_rest(np.linalg.norm(rate, axis=1)) :]
        turned = self._axes.of_turn(np.cumsum(rate, axis=0) / TRAIL_HZ)
        return tuple((round(x, 1), round(y, 1)) for x, y in turned.tolist())


def _after_rest(speed: FloatArray) -> int:
    """Index after the last moment at which it was quiet; all of it where it was at no time."""
    n = round(QUIET_S * TRAIL_HZ)
    loud = np.convolve(speed > QUIET_RAD_S, np.ones(n), mode="valid") > 0.0
    quiet = np.flatnonzero(~loud)
    return int(quiet[-1]) + n if len(quiet) else len(speed)


def _measured(recent: Recent, rep: Rep, side: Side | None) -> tuple[Form, Rotation | None]:
    around = recent.between(rep.start_s, rep.end_s)
    rotation = None if around is None else Rotation.of(around, rep.start_s, rep.end_s, RATE_HZ)
    if rotation is None:
        return _unmeasured(rep), None
    drawn = Axes.of(rotation, _top_s(rep), side).of_turn(rotation.turn_rad)
    at = np.linspace(0.0, len(drawn) - 1.0, LOOP_POINTS, endpoint=False)
    loop = interpolated(at, np.arange(float(len(drawn))), drawn)
    form = replace(
        _unmeasured(rep),
        roundness=circularity(loop),
        smoothness=spectral_arc_length(np.linalg.norm(rotation.rate_rad_s, axis=1), RATE_HZ),
        loop=tuple((round(x, 2), round(y, 2)) for x, y in loop.tolist()),
    )
    return form, rotation


def _unmeasured(rep: Rep) -> Form:
    """Take what a rep tells by itself."""
    size_deg = rep.elevation_deg
    if size_deg is not None and rep.protraction_deg is not None:
        size_deg = (size_deg * rep.protraction_deg) ** 0.5
    shortest_s = min((phase.duration_s for phase in rep.phases), default=0.0)
    evenness = 4.0 * shortest_s / rep.duration_s if len(rep.phases) == 4 and rep.duration_s else None
    return Form(rep.start_s, rep.duration_s, size_deg, None, evenness, None)


def _top_s(rep: Rep) -> float | None:
    return next((phase.end_s for phase in rep.phases if phase.position == "up"), None)
