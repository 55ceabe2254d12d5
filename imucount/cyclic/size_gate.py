"""SizeGate: which of the runs are too small to be an exercise, in a session and beside their neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from imucount.cyclic.cycles import CycleFinder, Run
from imucount.cyclic.set_edges import Template

__all__ = ["SizeGate"]

LEAST_RMS = 0.1
"""m/s²: size of movement that is none. A chest breathes with less."""

LEAST_SHARE = 0.08
"""And movement this much smaller than that of the session's largest set so far is what the rest between sets is
made of. Sets of low amplitude had 0.15 to 0.6."""

BESIDE_SHARE, BESIDE_S = 0.25, 10.0
"""So small a movement, so soon before or after another one, is getting ready for it or coming from it. A set of
lighter work has a rest before it."""

HELD_SCORE, HELD_S = 3.0, 30.0
"""A run of a few seconds is held until it is known what comes next: 10 s, and two slow reps that show it."""


class SizeGate:
    """Lets through the runs that are large enough."""

    def __init__(self) -> None:
        self._largest = 0.0
        self.begin()

    def begin(self) -> None:
        """Begin a stretch of samples."""
        self._last = (-inf, 0.0)  # end and size of the run before
        self._held: Template | None = None

    @property
    def held_anchors(self) -> int:
        """Anchors of the run that is held."""
        return 0 if self._held is None else self._held.run.last - self._held.run.first + 1

    @property
    def held_start_s(self) -> float | None:
        """First anchor of the run that is held, s; None without one."""
        return None if self._held is None else self._held.run.start

    def add(self, template: Template) -> list[Template]:
        """Take the next run in order of time, return those that pass now."""
        run = template.run
        held, self._held = self._held, None
        is_beside = held is not None and run.start - held.run.end < BESIDE_S
        passed = []
        if held is not None and not (is_beside and held.rms < BESIDE_SHARE * template.rms):
            passed = self._pass(held)
        end, rms = self._last
        self._last = (run.end, template.rms)
        if run.start - end < BESIDE_S and template.rms < BESIDE_SHARE * rms:
            return passed
        if run.score < HELD_SCORE:
            self._held = template
            return passed
        return passed + self._pass(template)

    def wait(self, now_s: float, going_on: Sequence[CycleFinder | Run]) -> list[Template]:
        """Let the run pass that is held, at the time `now_s`, if nothing that goes on or is undecided is next."""
        held = self._held
        if held is None or now_s - held.run.end < HELD_S:
            return []
        for each in going_on:
            start = each.start
            if start is not None and start - held.run.end < BESIDE_S and each.score > held.run.score:
                return []
        return self.finish()

    def finish(self) -> list[Template]:
        """Let the run pass that is held: nothing comes next."""
        held, self._held = self._held, None
        return [] if held is None else self._pass(held)

    def _pass(self, template: Template) -> list[Template]:
        if template.rms < max(LEAST_RMS, LEAST_SHARE * self._largest):
            return []
        self._largest = max(self._largest, template.rms)
        return [template]
