"""How soon the coach's page shows a circle, and what coaching costs: `python -m benchmarks.coach`.

Delay: the programme is coached at true pace from packets of ten samples at 100 Hz, its page in a real Chromium.
Timed is from the moment that the samples are handed to the counter until the page has the new number; how long
the counter waits to be sure is in `benchmarks.live`.

Cost: `imucount coach --web` itself plays a recording at true pace on a terminal of 100 x 35, keeps it, and has its
page in Chromium. Told are processor time over time, first of the start, then of the steady state, which is what an
hour comes to, and the memory. The browser is all of Chromium's processes, without what steers it. On Linux.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import pty
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from fcntl import ioctl
from pathlib import Path
from struct import pack
from termios import TIOCSWINSZ
from typing import Any

from benchmarks.conditions import FIRST_SEED
from imucount import Programme, Recording, RepCounter
from imucount.coach.coaching import Coaching
from imucount.coach.guide import Guide
from imucount.formats.recording import write_csv
from imucount.simulate import Clip, programme, simulate
from imucount.web import Page

RATE_HZ = 100.0
PACKET = 10
COACH_SEED = FIRST_SEED + 61_000_000
STARTED_S = 30.0
"""So long after "I am ready" the steady state begins, s: the first set is under way, all is imported."""

WATCH = """() => {
    window.shown = [];
    const number = document.getElementById("number");
    new MutationObserver(() => window.shown.push([number.textContent, performance.timeOrigin + performance.now()]))
        .observe(number, {childList: true, characterData: true, subtree: true});
}"""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.coach", description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0, help="of each, at true pace (default: %(default)s)")
    options = parser.parse_args(arguments)
    for row in [*asyncio.run(delay(options.minutes)), *asyncio.run(cost(options.minutes))]:
        print("| " + " | ".join(row) + " |", flush=True)


@asynccontextmanager
async def tab_on(link: str) -> AsyncIterator[Any]:
    """Open a page in Chromium, and press that all is ready."""
    from playwright.async_api import async_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        tab = await browser.new_page()
        await tab.goto(link)
        await tab.get_by_role("button", name="I am ready").click()
        yield tab
        await browser.close()


async def delay(minutes: float) -> list[tuple[str, str]]:
    """Coach at true pace, and measure how soon the page has a number."""
    samples = simulate(programme(), clip=Clip(sampling_rate_hz=RATE_HZ), seed=COACH_SEED).samples
    RepCounter("right").update(samples)  # what is imported late is imported here
    coaching, counter = Coaching(Guide(Programme.prescribed()), "right"), RepCounter("right")
    async with Page(coaching) as page, tab_on(page.link) as tab:
        await tab.evaluate(WATCH)
        began_s = time.monotonic()
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
        await asyncio.sleep(0.5)
        shown: list[tuple[str, float]] = await tab.evaluate("() => window.shown")
    delays_ms = _delays_ms(handed_over, shown)
    return [
        ("from the samples to the number on the page, median", f"{statistics.median(delays_ms):.0f} ms"),
        ("the slowest of all", f"{max(delays_ms):.0f} ms ({len(delays_ms)} circles)"),
    ]


def _delays_ms(handed_over: Sequence[tuple[str, float]], shown: Sequence[tuple[str, float]]) -> list[float]:
    """Give the time from each hand-over to when the page had its number."""
    delays_ms = []
    for number, when_ms in handed_over:
        later = [shown_ms for text, shown_ms in shown if text == number and shown_ms >= when_ms]
        if later:
            delays_ms.append(min(later) - when_ms)
    return delays_ms


async def cost(minutes: float) -> list[tuple[str, str]]:
    """Run the command at true pace, and measure what it takes."""
    n_sets = 2 + round(60.0 * (minutes + 1.0) / 120.0)  # a set of each direction with their rests takes so long
    made = simulate(programme(sets=n_sets), clip=Clip(sampling_rate_hz=RATE_HZ), seed=COACH_SEED)
    with tempfile.TemporaryDirectory() as folder:
        recording, plan = Path(folder, "made.csv"), Path(folder, "plan.toml")
        write_csv(recording, Recording(made.samples, side="right"))
        sets = "[[sets]]\ntimes = {}\nreps = 10\ndirection = '{}'\n"
        plan.write_text("".join(sets.format(n_sets, direction) for direction in ("forward", "backward")))
        command = ["coach", "--source", f"csv:{recording}", "--programme", str(plan), "--dir", folder]
        screen, terminal = pty.openpty()
        ioctl(terminal, TIOCSWINSZ, pack("HHHH", 35, 100, 0, 0))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "imucount", *command, "--web", "--no-voice"),
            stdin=terminal,
            stdout=terminal,
            stderr=asyncio.subprocess.PIPE,
            env=os.environ | {"TERM": "xterm-256color", "PYTHONPATH": str(Path(__file__).parents[1])},
        )
        os.close(terminal)
        asyncio.get_running_loop().add_reader(screen, _drain, screen)
        assert process.stderr is not None
        link = re.search(rb"http://\S+", await process.stderr.readline())
        assert link is not None
        async with tab_on(link[0].decode()):
            spent = [Spent.by(process.pid)]
            for wait_s in (STARTED_S, 60.0 * minutes / 2, 60.0 * minutes / 2):
                await asyncio.sleep(wait_s)
                spent.append(Spent.by(process.pid))
        process.terminate()
        await process.wait()
        asyncio.get_running_loop().remove_reader(screen)
        os.close(screen)
    ready, started, half, end = spent
    return [
        ("processor time of the start", f"{ready.own_s:.1f} s"),
        (f"the program, its first {STARTED_S:.0f} s", f"{ready.share(started)[0]:.1f} % of a core"),
        (f"the program, the {minutes:.0f} min after", f"{started.share(end)[0]:.1f} % of a core"),
        ("the browser meanwhile", f"{started.share(end)[1]:.1f} % of a core"),
        ("both", f"{sum(started.share(end)):.1f} % of a core"),
        ("memory of the program", f"{end.memory_mb:.0f} MB"),
        ("growth in the first and the second half", f"{half - started:+.1f} and {end - half:+.1f} MB"),
    ]


def _drain(screen: int) -> None:
    try:
        os.read(screen, 1 << 16)
    except OSError:  # how Linux tells that the program has ended
        asyncio.get_running_loop().remove_reader(screen)


@dataclass(frozen=True, slots=True)
class Spent:
    """What a program and a browser have used up to a moment.

    Attributes
    ----------
    at_s : float
    own_s, browser_s : float
        Processor time, s.
    memory_mb : float
        Of the program.
    """

    at_s: float
    own_s: float
    browser_s: float
    memory_mb: float

    @classmethod
    def by(cls, pid: int) -> Spent:
        """Look at what a program and the browser that this process has started have used."""
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        stats = _stats()
        browsers = [of for of in stats if of != pid and "chrom" in stats[of][2] and _is_ours(of, stats)]
        browser_s = sum(stats[of][1] for of in browsers)
        return cls(time.monotonic(), stats[pid][1], browser_s, pages * os.sysconf("SC_PAGE_SIZE") / 1e6)

    def share(self, later: Spent) -> tuple[float, float]:
        """Tell how much of a core the program and the browser took from here on, %."""
        passed_s = later.at_s - self.at_s
        return 100 * (later.own_s - self.own_s) / passed_s, 100 * (later.browser_s - self.browser_s) / passed_s

    def __sub__(self, earlier: Spent) -> float:
        return self.memory_mb - earlier.memory_mb


def _stats() -> dict[int, tuple[int, float, str]]:
    """Parent, processor time, s, and command of each process."""
    stats: dict[int, tuple[int, float, str]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields: list[Any] = path.read_text().rpartition(")")[2].split()
            command = (path.parent / "cmdline").read_bytes().partition(b"\0")[0].decode(errors="replace")
        except OSError:
            continue  # ended meanwhile
        ticks = int(fields[11]) + int(fields[12])
        stats[int(path.parent.name)] = int(fields[1]), ticks / os.sysconf("SC_CLK_TCK"), command
    return stats


def _is_ours(pid: int, stats: dict[int, tuple[int, float, str]]) -> bool:
    parent = stats[pid][0]
    return parent == os.getpid() or (parent in stats and _is_ours(parent, stats))


if __name__ == "__main__":
    main()
