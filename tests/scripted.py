"""A source of which the tests say what it gives, and when."""

import asyncio
from contextlib import suppress
from itertools import pairwise

from imucount.simulate import programme, simulate
from imucount.sources.source import Notice


class Scripted:
    """Gives the pieces of a script in turn: samples, notices, pauses in s, and errors, which it raises.

    With `endless` it waits for ever at the end, as a clip does that has gone silent.
    """

    def __init__(self, script, *, side="right", name="scripted", rate_hz=100.0, endless=False, warnings=()):
        self.script = script
        self.side = side
        self.name = name
        self.has_gyroscope = True
        self.sampling_rate_hz = rate_hz
        self.metadata = {"sensor": "scripted", "acc_range_g": "8"}
        self.origin_utc = None
        self.doing = ""
        self.notices = []
        self.warnings = warnings
        self.summary = {}
        self.endless = endless
        self.is_open = False
        self._stopped = asyncio.Event()

    def stop(self):
        self._stopped.set()

    async def __aenter__(self):
        self.is_open = True
        return self

    async def __aexit__(self, *error):
        self.is_open = False

    async def __aiter__(self):
        for piece in self.script:
            if self._stopped.is_set():
                return
            if isinstance(piece, Notice):
                self.notices.append(piece)
            elif isinstance(piece, Exception):
                raise piece
            elif isinstance(piece, float):
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopped.wait(), piece)
            else:
                yield piece
        if self.endless:
            await self._stopped.wait()


def cut(samples, cuts):
    """Samples in pieces."""
    edges = [0, *sorted({min(each, len(samples)) for each in cuts}), len(samples)]
    return [samples[start:end] for start, end in pairwise(edges)]


def short_session():
    """A set of three forward circles and one of three backward ones, right side."""
    return simulate(programme(sets=1, reps=3, rest_s=8.0), seed=3).samples
