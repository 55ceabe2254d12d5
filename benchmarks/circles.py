"""How well the counter counts, on the virtual shoulder: `python -m benchmarks.circles`.

Seeds are none that the tests use. A found set belongs to a true one when the middle of one of its reps lies
within it. A true set is exact when exactly one found set belongs to it, with the same number of reps and the same
direction.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import repeat

import numpy as np

import imucount
from benchmarks.conditions import CONDITIONS, FIRST_SEED, OTHER_MOVEMENT, SITTING, Condition, Take, steady
from benchmarks.harsher import HARSHER, WITHOUT_CIRCLES
from benchmarks.people import People, measure_people, report_people
from imucount import Rep, RepSet, Session
from imucount.simulate import Simulation, TrueRep, TrueSet

PACKET_SAMPLES = 10
ESTABLISHED_AFTER = 2  # reps of a set
SEEDS_PER_CONDITION = 100_000


@dataclass(slots=True)
class Outcome:
    """What came of one or more sessions."""

    sessions: int = 0
    sessions_right: int = 0  # as many sets as were made
    sets: int = 0
    sets_exact: int = 0
    reps: int = 0  # found, within a true set
    directions_right: int = 0
    end_errors_s: list[float] = field(default_factory=list)
    first_start_errors_s: list[float] = field(default_factory=list)  # of the first circle after a rest
    last_end_errors_s: list[float] = field(default_factory=list)  # of the last circle before a rest
    rest_errors_s: list[float] = field(default_factory=list)
    period_errors: list[float] = field(default_factory=list)
    elevation_errors: list[float] = field(default_factory=list)
    protraction_errors: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @classmethod
    def sum(cls, outcomes: Iterable[Outcome]) -> Outcome:
        total = cls()
        for outcome in outcomes:
            for name in cls.__slots__:
                setattr(total, name, getattr(total, name) + getattr(outcome, name))
        return total


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.circles", description=__doc__)
    parser.add_argument("--sessions", type=int, default=100, help="of each condition (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: %(default)s)")
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED, help="default: %(default)s")
    parser.add_argument("--failures", action="store_true", help="name each set that was not exact, on stderr")
    options = parser.parse_args(arguments)
    started = time.perf_counter()

    def seeds(block: int, sessions: int) -> range:
        first = options.first_seed + SEEDS_PER_CONDITION * block
        return range(first, first + sessions)

    n = options.sessions
    with ProcessPoolExecutor(options.jobs) as pool:
        outcomes = []
        for index in range(len(CONDITIONS)):
            outcome = Outcome.sum(pool.map(measure, repeat(index), seeds(index, n), chunksize=4))
            outcomes.append(outcome)
            _note(
                f"{index + 1}/{len(CONDITIONS)}: {outcome.sets_exact} of {outcome.sets} sets exact",
                options,
                outcome,
            )
        others = list(pool.map(false_circles, repeat("other"), seeds(len(CONDITIONS), n), chunksize=4))
        sitting = list(pool.map(false_circles, repeat("sitting"), seeds(len(CONDITIONS) + 1, n), chunksize=4))
        lags_s = [
            lag for lags in pool.map(latencies_s, seeds(len(CONDITIONS) + 2, max(2, n // 5))) for lag in lags
        ]
        by_name = {
            name: People.sum(
                pool.map(measure_people, repeat(name), seeds(len(CONDITIONS) + 3 + block, n), chunksize=4)
            )
            for block, name in enumerate([*(each.title for each in HARSHER), *WITHOUT_CIRCLES])
        }
    print(report(outcomes, others, sitting, lags_s), report_people(by_name), sep="\n\n")
    minutes = (time.perf_counter() - started) / 60.0
    print(f"\n{n} sessions of each condition, seeds from {options.first_seed}, {minutes:.1f} minutes.")


def _note(text: str, options: argparse.Namespace, outcome: Outcome) -> None:
    print(text, file=sys.stderr, flush=True)
    for failure in outcome.failures if options.failures else ():
        print(f"    {failure}", file=sys.stderr, flush=True)


# ---------------------------------------------------------------------------------------------
# one session


def measure(condition_index: int, seed: int) -> Outcome:
    """Count one session of a condition and compare it with the truth."""
    condition = CONDITIONS[condition_index]
    simulation = condition.simulate(seed)
    session = imucount.count(simulation.samples, side=simulation.side)
    outcome = compare(condition, simulation, session)
    outcome.failures = [f"seed {seed}, {failure}" for failure in outcome.failures]
    return outcome


def compare(condition: Condition, simulation: Simulation, session: Session) -> Outcome:
    """Hold a session against the truth."""
    outcome = Outcome(
        sessions=1, sessions_right=int(len(session.sets) == len(simulation.sets)), sets=len(simulation.sets)
    )
    before: tuple[RepSet, TrueSet] | None = None  # what was exact just before
    for number, true_set in enumerate(simulation.sets, start=1):
        expected = true_set.direction if condition.has_direction else "unknown"
        found = belonging(session, true_set)
        found_reps = [rep for rep in session.reps if _is_within(rep, true_set)]
        outcome.reps += len(found_reps)
        outcome.directions_right += sum(rep.direction == expected for rep in found_reps)
        if len(found) != 1 or len(found[0].reps) != len(true_set.reps) or found[0].direction != expected:
            got = ", ".join(f"{len(each.reps)} {each.direction}" for each in found) or "nothing"
            outcome.failures.append(f"set {number}: {len(true_set.reps)} {expected}, got {got}")
            before = None
            continue
        outcome.sets_exact += 1
        if rests_before(simulation, number - 1):
            outcome.first_start_errors_s.append(found[0].start_s - true_set.start_s)
            if before is not None:
                rest_s = found[0].start_s - before[0].end_s
                outcome.rest_errors_s.append(rest_s - (true_set.start_s - before[1].end_s))
        if rests_before(simulation, number):
            outcome.last_end_errors_s.append(found[0].end_s - true_set.end_s)
        before = found[0], true_set
        for rep, true_rep in zip(found[0].reps, true_set.reps, strict=True):
            outcome.end_errors_s.append(abs(rep.end_s - true_rep.end_s))
            outcome.period_errors.append(abs(rep.duration_s / true_rep.duration_s - 1.0))
        if condition.sees_range and condition.has_direction:
            elevation, protraction = _range_errors(found[0].reps, true_set.reps)
            outcome.elevation_errors.append(elevation)
            outcome.protraction_errors.append(protraction)
    return outcome


def rests_before(simulation: Simulation, index: int) -> bool:
    """Whether the wearer rests before the set with this index, or after the last one."""
    sets = simulation.sets
    return index in (0, len(sets)) or sets[index].start_s > sets[index - 1].end_s


def belonging(session: Session, true_set: TrueSet) -> list[RepSet]:
    """Found sets that have a rep within a true set."""
    return [each for each in session.sets if any(_is_within(rep, true_set) for rep in each.reps)]


def _is_within(rep: Rep, true: TrueSet | TrueRep) -> bool:
    return true.start_s <= 0.5 * (rep.start_s + rep.end_s) < true.end_s


def _range_errors(reps: Sequence[Rep], true_reps: Sequence[TrueRep]) -> tuple[float, float]:
    """Relative errors of a set's mean range of elevation and of protraction."""
    elevation = sum(rep.elevation_deg or 0.0 for rep in reps) / sum(rep.elevation_deg for rep in true_reps)
    protraction = sum(rep.protraction_deg or 0.0 for rep in reps) / sum(rep.protraction_deg for rep in true_reps)
    return abs(elevation - 1.0), abs(protraction - 1.0)


def false_circles(kind: str, seed: int) -> tuple[int, float]:
    """Circles found in a session that has none, and its length in hours."""
    draw = OTHER_MOVEMENT if kind == "other" else SITTING
    simulation = draw(np.random.default_rng([seed, 1])).simulate(seed)
    session = imucount.count(simulation.samples, side=simulation.side)
    return len(session.reps), simulation.samples.duration_s / 3600.0


def latencies_s(seed: int) -> list[float]:
    """Time from each rep's true end to the last sample of the packet that told it, from the third of a set on.

    A rep that is told only when the stream ends counts as told by its last sample.
    """
    take: Take = steady(np.random.default_rng([seed, 1]))
    simulation = take.simulate(seed)
    told = list(_told(simulation))
    lags_s = []
    for true_set in simulation.sets:
        for true_rep in true_set.reps[ESTABLISHED_AFTER:]:
            lags_s += [told_s - true_rep.end_s for told_s, rep in told if _is_within(rep, true_rep)]
    return lags_s


def _told(simulation: Simulation) -> Iterable[tuple[float, Rep]]:
    counter = imucount.RepCounter(side=simulation.side)
    samples = simulation.samples
    told = 0
    for start in range(0, len(samples), PACKET_SAMPLES):
        packet = samples[start : start + PACKET_SAMPLES]
        for rep in counter.update(packet):
            told += 1
            yield float(packet.t[-1]), rep
    for rep in counter.finish().reps[told:]:
        yield float(samples.t[-1]), rep


# ---------------------------------------------------------------------------------------------
# the table


def report(
    outcomes: Sequence[Outcome],
    others: Sequence[tuple[int, float]],
    sitting: Sequence[tuple[int, float]],
    lags_s: Sequence[float],
) -> str:
    """Markdown, with what was aimed at beside what was found."""
    lines = ["| conditions | sets | exact count and direction | aim |", "|---|---|---|---|"]
    for condition, outcome in zip(CONDITIONS, outcomes, strict=True):
        aim = f"{'>= ' if condition.aim_percent < 100.0 else ''}{condition.aim_percent:g} %"
        exact = percent(outcome.sets_exact, outcome.sets)
        lines.append(f"| {condition.title} | {outcome.sets} | {exact} | {aim} |")

    every = Outcome.sum(outcomes)
    told = Outcome.sum(
        outcome for condition, outcome in zip(CONDITIONS, outcomes, strict=True) if condition.has_direction
    )
    elevation, protraction = every.elevation_errors, every.protraction_errors
    within = sum(max(pair) <= 0.15 for pair in zip(elevation, protraction, strict=True))
    measures = [
        ("direction right, of the reps found", percent(told.directions_right, told.reps), ">= 99.5 %"),
        (
            f"false circles an hour: walking, arm swings, shrugs, squeezes, twists, bows, rest ({_hours(others)})",
            _an_hour(others),
            "<= 2",
        ),
        (f"false circles an hour: sitting and fidgeting ({_hours(sitting)})", _an_hour(sitting), "<= 6"),
        ("error of a rep's end, median", f"{_median(every.end_errors_s):.3f} s", "<= 0.1 s"),
        (
            "start of a first circle against the truth, median (5th to 95th percentile)",
            _signed(every.first_start_errors_s),
            "+- 0.1 s",
        ),
        (
            "end of a last circle against the truth, median (5th to 95th percentile)",
            _signed(every.last_end_errors_s),
            "+- 0.1 s",
        ),
        (
            "a rest against the truth, median (5th to 95th percentile)",
            _signed(every.rest_errors_s),
            "+- 0.2 s",
        ),
        ("error of a rep's period, median", f"{100 * _median(every.period_errors):.1f} %", "<= 5 %"),
        ("error of a set's mean range of elevation, median", f"{100 * _median(elevation):.1f} %", "<= 15 %"),
        ("error of a set's mean range of protraction, median", f"{100 * _median(protraction):.1f} %", "<= 15 %"),
        ("sets with both ranges within 15 % of the sensor's rotation", percent(within, len(elevation)), ""),
        ("number of sets right, of the sessions", percent(every.sessions_right, every.sessions), ">= 98 %"),
        ("live, 3 s a circle: a rep is told after its end, median", f"{_median(lags_s):.2f} s", "<= 0.6 s"),
        (
            "live, 3 s a circle: a rep is told after its end, 95th percentile",
            f"{_percentile(lags_s, 95):.2f} s",
            "<= 1.0 s",
        ),
    ]
    lines += ["", "| measure | found | aim |", "|---|---|---|"]
    lines += [f"| {name} | {found} | {aim} |" for name, found, aim in measures]
    lines += [
        "",
        "Times and ranges are those of the sets counted exactly; ranges leave out the clip that follows obliquely "
        "and the accelerometer alone.",
    ]
    return "\n".join(lines)


def percent(part: int, whole: int) -> str:
    """Share with a decimal, never rounded up to 100 %."""
    if not whole:
        return "none found"
    share = np.floor(1000.0 * part / whole) / 10.0
    return f"{share:g} %"


def _an_hour(sessions: Sequence[tuple[int, float]]) -> str:
    return f"{sum(found for found, _ in sessions) / sum(hours for _, hours in sessions):.2f}"


def _hours(sessions: Sequence[tuple[int, float]]) -> str:
    return f"{sum(hours for _, hours in sessions):.1f} h"


def _signed(values: Sequence[float]) -> str:
    low, middle, high = (_percentile(values, q) for q in (5, 50, 95))
    return f"{middle:+.3f} s ({low:+.2f} to {high:+.2f})"


def _median(values: Sequence[float]) -> float:
    return _percentile(values, 50)


def _percentile(values: Sequence[float], q: float) -> float:
    return float(np.percentile(values, q)) if values else float("nan")


if __name__ == "__main__":
    main()
