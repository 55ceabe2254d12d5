"""Following: a live count that nobody leads, as scenes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from imucount.coach.scene import Row, Scene
from imucount.coach.showing import Action, Showing
from imucount.coach.words import HOW
from imucount.form import Form
from imucount.sets import group_reps

if TYPE_CHECKING:
    from imucount.programme.plan import PlannedDirection
    from imucount.reps import Rep
    from imucount.sets import RepSet, Side

__all__ = ["Following"]


class Following(Showing):
    """Shows a live count to any number of screens: the present set, its loop, and the sets so far.

    Parameters
    ----------
    side : {"left", "right"}, optional
        The shoulder that wears the clip.
    title : str, optional
        What to call it.

    Examples
    --------
    >>> from imucount.counter import Progress
    >>> from imucount.reps import Rep
    >>> following = Following()
    >>> following.update(4.0, [Rep(0.0, 3.0, "forward", (), 20.0, 12.0, 1.0)], Progress(1, 0, 0.2))
    >>> following.scene.count, following.scene.direction, following.scene.target
    (1, 'forward', None)
    """

    def __init__(self, side: Side | None = None, title: str = "") -> None:
        super().__init__(side, title)
        self._last: Form | None = None
        self._reps: list[Rep] = []
        self._sets: tuple[RepSet, ...] = ()

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
            rest_s=None,
            phase=self._phase,
            provisional=self._provisional,
            form="",
            trail=self._meter.trail,
            last_loop=() if self._last is None else self._last.loop,
            now_s=self._now_s,
            link=self._link,
            notice=self.notice,
            set_up=(),
            said=self._said,
            sets=tuple(_row(n, each) for n, each in enumerate(self._sets, start=1)),
            beside=(),
            is_over=self._is_over,
        )

    def _count(self, reps: Sequence[Rep]) -> None:
        for rep in reps:
            self._last = self._meter.measure(rep)
            self._reps.append(rep)
            self._sets = group_reps(self._reps)
            self._say("count", str(len(self._sets[-1].reps)))
        self._publish()

    def _do(self, action: Action) -> None:
        """Do nothing more: nobody leads."""


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
