"""Following: a live count that nobody leads, as scenes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

from imucount.coach.scene import Row, Said, Scene
from imucount.coach.showing import Action, Showing
from imucount.coach.words import HOW
from imucount.errors import ProgrammeError
from imucount.form import Form, FormMeter
from imucount.sets import group_reps

if TYPE_CHECKING:
    from imucount.counter import Progress
    from imucount.programme.plan import PlannedDirection
    from imucount.reps import Rep
    from imucount.samples import Samples
    from imucount.sets import RepSet, Side
    from imucount.sources.source import Notice

__all__ = ["Following"]

REMEMBERED = 12
"""So many of the latest counts stay in a scene."""


class Following(Showing):
    """Shows a live count to any number of screens: the present set, its loop, and the sets so far.

    Parameters
    ----------
    title : str, optional
        What to call the clip.
    side : {"left", "right"}, optional
        The shoulder that wears it.

    Examples
    --------
    >>> from imucount.counter import Progress
    >>> from imucount.reps import Rep
    >>> following = Following()
    >>> following.update(4.0, [Rep(0.0, 3.0, "forward", (), 20.0, 12.0, 1.0)], Progress(1, 0, 0.2))
    >>> following.scene.count, following.scene.direction, following.scene.target
    (1, 'forward', None)
    """

    def __init__(self, title: str = "", side: Side | None = None) -> None:
        super().__init__()
        self.title = title
        self._meter = FormMeter(side)
        self._last: Form | None = None
        self._reps: list[Rep] = []
        self._sets: tuple[RepSet, ...] = ()
        self._said: list[Said] = []

    def wear(self, side: Side | None) -> None:
        """Take it that the clip is on this shoulder, which may be known only once it is connected."""
        self._meter.side = side

    @property
    def scene(self) -> Scene:
        """What is to be shown now."""
        present = self._sets[-1] if self._sets else None
        direction: PlannedDirection | None = None
        if present is not None and present.direction != "unknown":
            direction = present.direction
        return Scene(
            title=self.title,
            side=self._meter.side,
            is_led=False,
            stage="set",
            set_number=max(1, len(self._sets)),
            n_sets=len(self._sets),
            count=0 if present is None else len(present.reps),
            target=None,
            direction=direction,
            target_period_s=None,
            how="" if direction is None else HOW[direction],
            n_wrong=0,
            next="",
            rest_left_s=None,
            phase=self._phase,
            provisional=self._provisional,
            form="",
            trail=self._meter.trail,
            last_loop=() if self._last is None else self._last.loop,
            now_s=self._now_s,
            link=self._link,
            notice=self.notice,
            set_up=(),
            said=tuple(self._said),
            sets=tuple(_row(n, each) for n, each in enumerate(self._sets, start=1)),
            beside=(),
            is_over=self._is_over,
        )

    def update(
        self,
        now_s: float,
        reps: Sequence[Rep],
        progress: Progress,
        notices: Sequence[Notice] = (),
        samples: Samples | None = None,
    ) -> None:
        """Take what a live count tells, as a `LiveUpdate` has it."""
        self._take(now_s, progress, notices)
        if samples is not None:
            self._meter.update(samples)
        for rep in reps:
            self._last = self._meter.measure(rep)
            self._reps.append(rep)
            self._sets = group_reps(self._reps)
            number = self._said[-1].number + 1 if self._said else 1
            self._said = [*self._said[1 - REMEMBERED :], Said(number, "count", str(len(self._sets[-1].reps)))]
        self._publish()

    def act(self, action: Action) -> None:
        """Stop, where that is asked for: there is nothing else to ask for.

        Raises
        ------
        ProgrammeError
            If there is no such action.
        """
        if action not in get_args(Action):
            raise ProgrammeError(f"expected {' or '.join(get_args(Action))}, got {str(action)[:40]!r}")
        if action == "quit":
            self.stop.set()


def _row(number: int, each: RepSet) -> Row:
    return Row(
        number=number,
        asked="" if each.direction == "unknown" else each.direction,
        count=len(each.reps),
        n_wrong=0,
        corrected=0,
        verdict="done",
        period_s=each.tempo.period_s,
        tempo=None,
    )
