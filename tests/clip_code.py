"""Code of processes that follow a scripted clip, or a virtual one, and what they count."""

from pathlib import Path

from scripted import short_session

from imucount.counting import count
from imucount.views.live_view import rep_line

SAMPLES = short_session()

CLIP = f"""
import asyncio, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import imucount.sources
from imucount.sources.source import Notice
from scripted import Scripted, cut, short_session
samples = short_session()
pieces = cut(samples[:2000], range(0, 5000, 20))

class Clip(Scripted):
    async def __aexit__(self, *error):
        await asyncio.sleep(CLOSING_S)

    async def __aenter__(self):
        await asyncio.sleep(OPENING_S)
        return self

CLOSING_S = OPENING_S = 0.0
DROPPED = Notice(20.0, "dropped", "The link was lost.")
imucount.sources.open_source = lambda spec, side=None, **options: Clip(
    [*pieces, DROPPED], side=side, name="the clip", endless=ENDLESS
)
ENDLESS = True
from imucount.cli import main
"""
ENDING = "ENDLESS = False\n"
RUN = "main()\n"
BEFORE = count(SAMPLES[:2000], "right")

FAST = """
import functools, imucount.sources
imucount.sources.open_source = functools.partial(imucount.sources.open_source, speed=8.0)
from imucount.cli import main
main()
"""


def rep_lines(session, before=""):
    return [
        before + rep_line(set_number, number, rep)
        for set_number, rep_set in enumerate(session.sets, start=1)
        for number, rep in enumerate(rep_set.reps, start=1)
    ]
