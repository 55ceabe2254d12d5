"""How well reps of any exercise are counted in real recordings: `python -m benchmarks.counting FOLDER`.

What is true of them is read by `benchmarks.counting_units`, by default from each `truth*.csv` in the folder.
imucount and the peers count the same files in the same run. The reps of a set that a peer finds are taken as
spread evenly over it.

- exact, within 1: share of the recordings of which each set has the right number of reps, or one more or less.
  Where sets are known, as many must be found. Where a span is known, only what is in it counts. In a recording of
  which parts are known only, each part is one of those that are counted.
- MAE: mean of the absolute error of a recording's total. Total: error of the sum. Median: of the errors of totals.
- Steps are left out where something else is counted; the peers know no steps.
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
from benchmarks.counting_units import Span, Unit, truths_of, units_of
from imucount import Recording, Samples

__all__ = ["Found", "Outcome", "compare", "main", "report"]

SHARED = 0.25
"""Of a label's length: where in a cycle a rep begins is a matter of definition, so half a cycle off is no
error."""

BINS = (0.0, 0.5, 0.7, 0.9, 0.99, 1.0)

OURS, WITH_EXAMPLE = "imucount", "imucount, with an example"


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
    refusal: str = ""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.counting", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("truth", type=Path, nargs="*", help="default: each truth*.csv in the folder")
    parser.add_argument("--exercise", choices=["cyclic", "shoulder-circles"], default="cyclic")
    parser.add_argument("--subjects", help="only these, separated by commas")
    parser.add_argument(
        "--peers", default=",".join(PEERS), help="those to stand beside, none if empty (default: %(default)s)"
    )
    parser.add_argument(
        "--turned", type=int, metavar="SEED", help="turn each recording to another attitude, drawn at random"
    )
    parser.add_argument(
        "--examples",
        action="store_true",
        help="count again what there is an example of, having been taught it; without one as before",
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
    counters = [OURS, *([WITH_EXAMPLE] if options.examples else []), *(peer for peer in PEERS if peer in peers)]
    try:
        truths = options.truth or truths_of(options.folder)
        units = [unit for truth in truths for unit in units_of(options.folder, truth)]
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
        if outcome.refusal and outcome.counter == OURS:
            print(f"{outcome.unit.table}: refused: {outcome.refusal}")
        if options.failures and outcome.counter == OURS and not outcome.exact:
            print(f"{outcome.unit.table}: {outcome.unit.name}: {outcome.unit.sets}, error {outcome.error:+d}")


def judge(
    unit: Unit, counters: Sequence[str], exercise: imucount.Exercise, turned: int | None = None
) -> list[Outcome]:
    """Count a unit with each counter, turned as a seed says, and hold what comes out against the truth."""
    try:
        recording, spans = unit.load()
    except imucount.RecordingError as error:
        if not all(path.is_file() for path in unit.paths):
            raise
        return [_refused(part, counter, str(error)) for counter in counters for part in unit.parts]
    if turned is not None:
        recording = _turned(recording, turned + crc32(unit.name.encode()))
    outcomes = []
    for counter in counters:
        if counter == WITH_EXAMPLE and unit.example is None:
            continue
        began = time.process_time()
        sure_reps = None
        if counter in (OURS, WITH_EXAMPLE):
            taught = unit.taught() if counter == WITH_EXAMPLE else None
            session = imucount.count(recording, exercise=exercise, profile=taught)
            session = session if unit.is_walking else session.without("steps")
            sure_reps = session.sure_reps
            found = [
                Found(rep.start_s, rep.end_s, number, rep.confidence, rep.direction)
                for number, rep_set in enumerate(session.sets)
                for rep in rep_set.reps
            ]
        else:
            found = _spread(counter, recording)
        seconds = time.process_time() - began
        parts = unit.parts
        for part in parts:
            outcome = compare(part, part.spans if unit.is_excerpt else spans, found, recording.samples.duration_s)
            if exercise == "cyclic":
                outcome.directions_right = None  # its reps have none
            outcome.counter = counter
            outcome.samples, outcome.seconds = len(recording.samples) // len(parts), seconds / len(parts)
            if sure_reps is not None and not unit.is_excerpt:
                outcome.is_covered = sum(share for _, share in outcome.confidences) >= sure_reps - 0.5
            outcomes.append(outcome)
    return outcomes


def _refused(unit: Unit, counter: str, reason: str) -> Outcome:
    """Nothing is found in a recording that is refused."""
    is_right = unit.total == 0
    within = unit.total <= 1
    return Outcome(unit, counter, 0, 0.0, 0, -unit.total, is_right, within, refusal=reason)


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
    if unit.is_excerpt:
        found = [rep for rep in found if any(span.start_s <= rep.middle_s <= span.end_s for span in spans)]
    if unit.is_walking and abs(len(found) - unit.total // 2) < abs(len(found) - unit.total):
        unit = replace(unit, sets=(unit.total // 2,), spans=())
        spans = ()
    outcome = Outcome(unit, "", 0, 0.0, len(found), len(found) - unit.total, False, False)
    if unit.direction:
        outcome.directions_right = sum(rep.direction == unit.direction for rep in found)
    if unit.labels_reps:
        _match(outcome, spans, found)
        errors = [outcome.error]
    elif spans:
        inside = [[rep for rep in found if span.start_s <= rep.middle_s <= span.end_s] for span in spans]
        errors = [len(reps) - span.reps for reps, span in zip(inside, spans, strict=True)]
        if not unit.is_excerpt:
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
        if not unit.total:
            outcome.outside, outcome.outside_h = len(found), duration_s / 3600.0
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
        for counter in dict.fromkeys(outcome.counter for outcome in outcomes if outcome.unit.table == table):
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
        f"{100 * errors.sum() / totals.sum():+.1f} %" if totals.all() else "-",
        f"{100 * np.median(np.abs(errors) / totals):.1f} %" if totals.all() else "-",
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
