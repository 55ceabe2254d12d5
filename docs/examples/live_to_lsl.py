"""
Live to Lab Streaming Layer
===========================

Samples and rep markers go on the network while the clip is worn, for LabRecorder and its kin to record.
"""

import asyncio

import imucount
from imucount.live.lsl import LslOutlet


async def main() -> imucount.Session:
    """Count a virtual clip; a real one is its name or address in place of ``sim:forward``."""
    async with imucount.open_source("sim:forward", speed=10) as source:
        counter = imucount.RepCounter(source.side)
        outlet = LslOutlet("shoulder", side=source.side, sampling_rate_hz=source.sampling_rate_hz)
        async for update in imucount.stream(source, counter):
            outlet.update(update)
            for rep in update.reps:
                print(f"{rep.direction} circle, {rep.duration_s:.1f} s")
        outlet.close()
    return counter.finish()


print(asyncio.run(main()))

# %%
# On the command line it is ``imucount live --lsl``.
