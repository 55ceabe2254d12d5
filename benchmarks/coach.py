"""How soon the coach's page shows a circle, and what coaching costs: `python -m benchmarks.coach`.

The programme is coached at true pace from packets of ten samples at 100 Hz, with its page in a real Chromium.
Timed is from the moment that the samples are handed to the counter until the page has the new number; how long
the counter waits to be sure is in `benchmarks.live`. Cost is processor time over time, of this process and of
the browser's, on Linux.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.conditions import FIRST_SEED
from imucount import Programme, RepCounter
from imucount.coach.coaching import Coaching
from imucount.coach.guide import Guide
from imucount.simulate import Clip, programme, simulate
from imucount.web import Page

RATE_HZ = 100.0
PACKET = 10
COACH_SEED = FIRST_SEED + 61_000_000

WATCH = """() => {
    window.shown = [];
    const number = document.getElementById("number");
    new MutationObserver(() => window.shown.push([number.textContent, performance.timeOrigin + performance.now()]))
        .observe(number, {childList: true, characterData: true, subtree: true});
}"""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.coach", description=__doc__)
    parser.add_argument("--minutes", type=float, default=4.0, help="at true pace (default: %(default)s)")
    options = parser.parse_args(arguments)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    for row in asyncio.run(coached(options.minutes, chromium)):
        print("| " + " | ".join(row) + " |")


async def coached(minutes: float, chromium: str | None) -> list[tuple[str, str]]:
    """Coach at true pace, and measure."""
    from playwright.async_api import async_playwright

    samples = simulate(programme(), clip=Clip(sampling_rate_hz=RATE_HZ), seed=COACH_SEED).samples
    RepCounter("right").update(samples)  # what is imported late is imported here
    coaching, counter = Coaching(Guide(Programme.prescribed()), "right"), RepCounter("right")
    async with Page(coaching) as page, async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        tab = await browser.new_page()
        await tab.goto(page.link)
        await tab.get_by_role("button", name="I am ready").click()
        await tab.evaluate(WATCH)
        own_s, others_s, began_s, memory = time.process_time(), _others_cpu_s(), time.monotonic(), _memory_mb()
        handed_over: list[tuple[str, float]] = []
        for start in range(0, min(len(samples), round(60.0 * minutes * RATE_HZ)), PACKET):
            piece = samples[start : start + PACKET]
            due_s = float(piece.t[-1] - samples.t[0])
            await asyncio.sleep(max(due_s - (time.monotonic() - began_s), 0.0))
            now_ms = 1e3 * time.time()
            reps = counter.update(piece)
            coaching.update(float(piece.t[-1]), reps, counter.progress, samples=piece)
            if reps:
                handed_over.append((str(coaching.scene.count), now_ms))
        passed_s = time.monotonic() - began_s
        own_s, others_s = time.process_time() - own_s, _others_cpu_s() - others_s
        grown = _memory_mb() - memory
        await asyncio.sleep(0.5)
        shown: list[tuple[str, float]] = await tab.evaluate("() => window.shown")
        await browser.close()
    delays_ms = _delays_ms(handed_over, shown)
    return [
        ("from the samples to the number on the page, median", f"{statistics.median(delays_ms):.0f} ms"),
        ("the slowest of all", f"{max(delays_ms):.0f} ms ({len(delays_ms)} circles)"),
        ("counter, coach and server", f"{100 * own_s / passed_s:.1f} % of a core"),
        ("with the browser", f"{100 * (own_s + others_s) / passed_s:.1f} % of a core"),
        (f"memory of the process after {passed_s / 60:.0f} min", f"{grown:+.1f} MB"),
    ]


def _delays_ms(handed_over: Sequence[tuple[str, float]], shown: Sequence[tuple[str, float]]) -> list[float]:
    """Give the time from each hand-over to when the page had its number."""
    delays_ms = []
    for number, when_ms in handed_over:
        later = [shown_ms for text, shown_ms in shown if text == number and shown_ms >= when_ms]
        if later:
            delays_ms.append(min(later) - when_ms)
    return delays_ms


def _others_cpu_s() -> float:
    """Processor time of all that this process has started, s."""
    stats: dict[int, tuple[int, float]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields: list[Any] = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # ended meanwhile
        stats[int(path.parent.name)] = (
            int(fields[1]),
            (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"),
        )

    def is_ours(pid: int) -> bool:
        parent = stats[pid][0]
        return parent == os.getpid() or (parent in stats and is_ours(parent))

    return sum(cpu_s for pid, (_, cpu_s) in stats.items() if is_ours(pid))


def _memory_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
