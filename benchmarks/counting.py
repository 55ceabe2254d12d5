"""How well reps of any exercise are counted in real recordings: `python -m benchmarks.counting FOLDER [TRUTH]`.

The truth file is that of `benchmarks.counting_units`, by default `truth.csv` in the folder. imucount and the peers
count the same files in the same run. The reps of a set that a peer finds are taken as spread evenly over it.

- exact, within 1: share of the recordings of which each set has the right number of reps, or one more or less.
  Where sets are known, as many must be found. Where a span is known, only what is in it counts.
- MAE: mean of the absolute error of a recording's total. Total: error of the sum. Median: of the errors of totals.
- false reps: outside of the spans, as a share of all reps found, and an hour of the time outside of them.
- precision, recall, F1, timing: where each rep is labelled. A rep found belongs to the first label of which it
  shares a quarter, and one label has one rep. Timing is the distance of the middles.
- confidence: a rep in a set of which too many were found is right by the share of those that are.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import pairwise, repeat
from pathlib import Path
from zlib import crc32

import numpy as np
from scipy.spatial.transform import Rotation

import imucount
from benchmarks.counting_peers import PEERS
from benchmarks.counting_units import Span, Unit, units_of
from imucount import Recording, Samples

__all__ = ["Found", "Outcome", "compare", "main", "report"]

SHARED = 0.25
"""Of a label's length: where in a cycle a rep begins is a matter of definition, so half a cycle off is no
error."""

BINS = (0.0, 0.5, 0.7, 0.9, 0.99, 1.0)

OURS = "imucount"


@dataclass(frozen=True, slots=True)
class Found:
    """A rep that a counter found; `number` is that of its set."""

    start_s: float
    end_s: float
    number: int
    confidence: float = 1.0
    direction: str = "unknown"

    @property
    def middle_s(self) -> float:
        """Middle of the rep."""
        return 0.5 * (self.start_s + self.end_s)


@dataclass(slots=True)
class Outcome:
    """What a counter made of one unit."""

    unit: Unit
    counter: str
    samples: int
    seconds: float
    found: int
    error: int
    exact: bool
    within: bool
    outside: int = 0
    outside_h: float = 0.0
    matched: int = 0
    labelled: int = 0
    timing_s: list[float] = field(default_factory=list)
    confidences: list[tuple[float, float]] = field(default_factory=list)  # with the share that is right
    is_covered: bool | None = None  # whether at least as many are right as the session was sure of
    directions_right: int | None = None


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.counting", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("truth", type=Path, nargs="?", help="default: FOLDER/truth.csv")
    parser.add_argument("--exercise", choices=["cyclic", "shoulder-circles"], default="cyclic")
    parser.add_argument("--subjects", help="only these, separated by commas")
    parser.add_argument(
        "--peers", default=",".join(PEERS), help="those to stand beside, none if empty (default: %(default)s)"
    )
    parser.add_argument(
        "--turned", type=int, metavar="SEED", help="turn each recording to another attitude, drawn at random"
    )
    parser.add_argument("--failures", action="store_true", help="name each recording that was not exact")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: %(default)s)")
    options = parser.parse_args(arguments)
    peers = [peer for peer in options.peers.split(",") if peer]
    unknown = [peer for peer in peers if peer not in PEERS]
    if unknown:
        parser.error(
            f"expected peers out of {', '.join(PEERS)}, got {unknown[0]}; neurokit2 and stumpy come with "
            "the extra imucount[peers]"
        )
    counters = [OURS, *(peer for peer in PEERS if peer in peers)]
    try:
        units = units_of(options.folder, options.truth)
        if options.subjects:
            subjects = sorted({unit.subject for unit in units})
            units = [unit for unit in units if unit.subject in options.subjects.split(",")]
            if not units:
                parser.error(f"expected subjects out of {', '.join(subjects)}, got {options.subjects}")
        with ProcessPoolExecutor(options.jobs) as pool:
            each = list(pool.map(judge, units, repeat(counters), repeat(options.exercise), repeat(options.turned)))
    except imucount.ImucountError as error:
        parser.error(str(error))
    outcomes = [outcome for unit in each for outcome in unit]
    print(report(outcomes))
    for outcome in outcomes:
        if options.failures and outcome.counter == OURS and not outcome.exact:
            print(f"{outcome.unit.table}: {outcome.unit.name}: {outcome.unit.sets}, error {outcome.error:+d}")


def judge(
    unit: Unit, counters: Sequence[str], exercise: imucount.Exercise, turned: int | None = None
) -> list[Outcome]:
    """Count a unit with each counter, turned as a seed says, and hold what comes out against the truth."""
    recording, spans = unit.load()
    if turned is not None:
        recording = _turned(recording, turned + crc32(unit.name.encode()))
    outcomes = []
    for counter in counters:
        began = time.process_time()
        sure_reps = None
        if counter == OURS:
            session = imucount.count(recording, exercise=exercise)
            sure_reps = session.sure_reps
            found = [
                Found(rep.start_s, rep.end_s, number, rep.confidence, rep.direction)
                for number, rep_set in enumerate(session.sets)
                for rep in rep_set.reps
            ]
        else:
            found = _spread(counter, recording)
        seconds = time.process_time() - began
        outcome = compare(unit, spans, found, recording.samples.duration_s)
        if exercise == "cyclic":
            outcome.directions_right = None  # its reps have none
        outcome.counter, outcome.samples, outcome.seconds = counter, len(recording.samples), seconds
        if sure_reps is not None:
            outcome.is_covered = sum(share for _, share in outcome.confidences) >= sure_reps - 0.5
        outcomes.append(outcome)
    return outcomes


def _turned(recording: Recording, seed: int) -> Recording:
    """Sit the sensor in another attitude."""
    turn = Rotation.random(random_state=seed % 2**32)
    samples = recording.samples
    gyr = None if samples.gyr is None else turn.apply(samples.gyr)
    return replace(recording, samples=Samples(samples.t, turn.apply(samples.acc), gyr))


def _spread(counter: str, recording: Recording) -> list[Found]:
    found = []
    for number, each in enumerate(PEERS[counter](recording.samples)):
        edges_s = np.linspace(each.start_s, each.end_s, each.reps + 1)
        found += [Found(float(a), float(b), number) for a, b in pairwise(edges_s)]
    return found


def compare(unit: Unit, spans: Sequence[Span], found: Sequence[Found], duration_s: float) -> Outcome:
    """Hold the reps that were found against the truth."""
    outcome = Outcome(unit, "", 0, 0.0, len(found), len(found) - unit.total, False, False)
    if unit.direction:
        outcome.directions_right = sum(rep.direction == unit.direction for rep in found)
    if unit.labels_reps:
        _match(outcome, spans, found)
        errors = [outcome.error]
    elif spans:
        inside = [[rep for rep in found if span.start_s <= rep.middle_s <= span.end_s] for span in spans]
        errors = [len(reps) - span.reps for reps, span in zip(inside, spans, strict=True)]
        outcome.outside = len(found) - sum(map(len, inside))
        outcome.outside_h = (duration_s - sum(span.end_s - span.start_s for span in spans)) / 3600.0
        outcome.error = sum(errors) + (outcome.outside if unit.is_sets else 0)
        taken = {rep for reps in inside for rep in reps}
        for reps, span in zip(inside, spans, strict=True):
            outcome.confidences += _charged(reps, span.reps)
        outcome.confidences += [(rep.confidence, 0.0) for rep in found if rep not in taken]
        if unit.is_sets and len({rep.number for rep in found}) != len(spans):
            errors.append(99)
    elif unit.is_sets:
        numbers = sorted({rep.number for rep in found})
        sets = [[rep for rep in found if rep.number == number] for number in numbers]
        if len(sets) == len(unit.sets):
            errors = [len(reps) - true for reps, true in zip(sets, unit.sets, strict=True)]
            for reps, true in zip(sets, unit.sets, strict=True):
                outcome.confidences += _charged(reps, true)
        else:
            errors = [99]
            outcome.confidences += _charged(found, unit.total)
    else:
        errors = [outcome.error]
        outcome.confidences += _charged(found, unit.total)
    outcome.exact = not any(errors)
    outcome.within = all(abs(error) <= 1 for error in errors)
    return outcome


def _charged(reps: Sequence[Found], true: int) -> list[tuple[float, float]]:
    share = min(1.0, true / len(reps)) if reps else 0.0
    return [(rep.confidence, share) for rep in reps]


def _match(outcome: Outcome, spans: Sequence[Span], found: Sequence[Found]) -> None:
    free = list(spans)
    outcome.labelled = len(spans)
    for rep in found:
        near = [span for span in free if _shared_s(rep, span) >= SHARED * (span.end_s - span.start_s)]
        if near:
            span = min(near, key=lambda span: span.start_s)
            free.remove(span)
            outcome.matched += 1
            outcome.timing_s.append(abs(rep.middle_s - 0.5 * (span.start_s + span.end_s)))
        outcome.confidences.append((rep.confidence, 1.0 if near else 0.0))


def _shared_s(rep: Found, span: Span) -> float:
    return min(rep.end_s, span.end_s) - max(rep.start_s, span.start_s)


# ---------------------------------------------------------------------------------------------
# the tables


def report(outcomes: Sequence[Outcome]) -> str:
    """Markdown."""
    titles: tuple[str, ...] = (
        "data",
        "counter",
        "n",
        "exact",
        "within 1",
        "MAE",
        "total",
        "median",
        "false reps",
        "false an hour",
    )
    titles += ("precision", "recall", "F1", "timing", "direction", "s a million")
    lines = ["| " + " | ".join(titles) + " |", "|" + "---|" * len(titles)]
    for table in dict.fromkeys(outcome.unit.table for outcome in outcomes):
        for counter in dict.fromkeys(outcome.counter for outcome in outcomes):
            rows = [each for each in outcomes if each.unit.table == table and each.counter == counter]
            lines.append("| " + " | ".join((table, counter, *_row(rows))) + " |")
    ours = [outcome for outcome in outcomes if outcome.counter == OURS]
    lines += ["", "| confidence | reps | right |", "|---|---|---|"]
    pairs = np.array([pair for outcome in ours for pair in outcome.confidences]).reshape(-1, 2)
    for low, high in pairwise(BINS):
        inside = pairs[(pairs[:, 0] >= low) & ((pairs[:, 0] < high) | (high == 1.0))]
        lines.append(f"| {low:g} to {high:g} | {len(inside)} | {_percent(inside[:, 1])} |")
    sure = pairs[pairs[:, 0] >= 0.9]
    lines.append(f"| 0.9 and more | {len(sure)} | {_percent(sure[:, 1])} |")
    told = [outcome.is_covered for outcome in ours if outcome.is_covered is not None]
    lines += [
        "",
        f"At least as many reps are right as a session is sure of in {_percent(told)} of {len(told)}.",
    ]
    return "\n".join(lines)


def _row(rows: Sequence[Outcome]) -> tuple[str, ...]:
    errors = np.array([each.error for each in rows])
    totals = np.array([each.unit.total for each in rows])
    found, outside = sum(each.found for each in rows), sum(each.outside for each in rows)
    outside_h = sum(each.outside_h for each in rows)
    labelled, matched = sum(each.labelled for each in rows), sum(each.matched for each in rows)
    timing_s = [time_s for each in rows for time_s in each.timing_s]
    precision, recall = matched / max(found, 1), matched / max(labelled, 1)
    directions = [each for each in rows if each.directions_right is not None]
    right, told = sum(each.directions_right or 0 for each in directions), sum(each.found for each in directions)
    return (
        str(len(rows)),
        _percent([each.exact for each in rows]),
        _percent([each.within for each in rows]),
        f"{np.abs(errors).mean():.2f}",
        f"{100 * errors.sum() / totals.sum():+.1f} %",
        f"{100 * np.median(np.abs(errors) / totals):.1f} %",
        f"{100 * outside / max(found, 1):.1f} %" if outside_h else "-",
        f"{outside / outside_h:.1f}" if outside_h else "-",
        *(f"{100 * value:.1f} %" if labelled else "-" for value in (precision, recall)),
        f"{200 * precision * recall / max(precision + recall, 1e-9):.1f} %" if labelled else "-",
        f"{np.median(timing_s):.2f} s" if timing_s else "-",
        f"{100 * right / max(told, 1):.1f} %" if directions else "-",
        f"{1e6 * sum(each.seconds for each in rows) / max(sum(each.samples for each in rows), 1):.1f}",
    )


def _percent(values: Sequence[object] | np.ndarray) -> str:
    return f"{100 * float(np.mean(np.asarray(values, dtype=np.float64))):.1f} %" if len(values) else "none"


if __name__ == "__main__":
    main()
