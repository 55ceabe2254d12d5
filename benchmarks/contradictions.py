"""What becomes of signals that contradict themselves: `python -m benchmarks.contradictions`.

Each kind of fault is put into simulated sessions of any mount, side, rate, tempo and sensor, and the table tells
of how many the counter had every circle and direction right, of how many it told that something is wrong (a
refusal, or a warning that a sound session does not have), and how many it had wrong without a word. The first row
is sound sessions: there whatever is told is told wrongly, but that something was not counted, which is "missed".

Then it prints what the judging costs on sound sessions, as a share of what the rest of a count takes.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import repeat
from typing import Literal, get_args

import numpy as np

import imucount
from benchmarks.conditions import Take, circles, clip, either, standing, wearer
from imucount import ImucountError, Samples
from imucount.intake.intake import Intake
from imucount.samples import STANDARD_GRAVITY, FloatArray
from imucount.simulate import Circles, Clip, Movement, Part, Simulation, simulate

FIRST_SEED = 700_000
PACKET_SAMPLES = 1000
REPS = (6, 13)
DEGREES = 180.0 / np.pi

Rng = np.random.Generator
Outcome = Literal["right", "told", "missed", "silently wrong"]
Fault = Callable[[Simulation, Rng], Samples]

EXPECTED = ("slow or too few", "were lost and have been bridged", "came into another attitude")
"""Warnings that a sound session may have as well."""

NOT_COUNTED = "was not counted"
"""This tells of what is missing, and is true of sound sessions, too, of circles that are too small."""

COST_MINUTES = (2, 6, 30)
COST_REPEATS = 15
"""Lengths of the sessions whose judging is timed, and how often each is counted: the least is told."""


def of_both(acc: Callable[[FloatArray], FloatArray], gyr: Callable[[FloatArray], FloatArray]) -> Fault:
    def faulty(simulation: Simulation, rng: Rng) -> Samples:
        samples = simulation.samples
        assert samples.gyr is not None
        return Samples(samples.t, acc(samples.acc), gyr(samples.gyr))

    return faulty


def as_it_is(values: FloatArray) -> FloatArray:
    return values


def one_axis_reversed(sensor: Literal["acc", "gyr"]) -> Fault:
    def faulty(simulation: Simulation, rng: Rng) -> Samples:
        signs = np.ones(3)
        signs[rng.integers(3)] = -1.0
        return _mapped(simulation, sensor, np.diag(signs))

    return faulty


def two_axes_swapped(sensor: Literal["acc", "gyr"]) -> Fault:
    def faulty(simulation: Simulation, rng: Rng) -> Samples:
        return _mapped(simulation, sensor, np.roll(np.eye(3)[[1, 0, 2]], rng.integers(3), axis=(0, 1)))

    return faulty


def quarter_turn(sensor: Literal["acc", "gyr"]) -> Fault:
    def faulty(simulation: Simulation, rng: Rng) -> Samples:
        turn = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
        turn = turn if rng.random() < 0.5 else turn.T
        return _mapped(simulation, sensor, np.roll(turn, rng.integers(3), axis=(0, 1)))

    return faulty


def _mapped(simulation: Simulation, sensor: Literal["acc", "gyr"], matrix: FloatArray) -> Samples:
    samples = simulation.samples
    assert samples.gyr is not None
    if sensor == "acc":
        return Samples(samples.t, samples.acc @ matrix.T, samples.gyr)
    return Samples(samples.t, samples.acc, samples.gyr @ matrix.T)


def acc_zeroed(simulation: Simulation, rng: Rng) -> Samples:
    """As by a program that takes the attitude at the start for flat, and subtracts what is beside."""
    samples = simulation.samples
    flat = samples.acc - samples.acc[samples.t < 1.0].mean(axis=0) + np.array([0.0, 0.0, STANDARD_GRAVITY])
    return Samples(samples.t, flat, samples.gyr)


def acc_in_earth_axes(simulation: Simulation, rng: Rng) -> Samples:
    samples, quat = simulation.samples, simulation.quat
    vector = quat[:, 1:]
    aside = 2.0 * np.cross(vector, samples.acc)
    return Samples(samples.t, samples.acc + quat[:, :1] * aside + np.cross(vector, aside), samples.gyr)


def one_axis_dead(simulation: Simulation, rng: Rng) -> Samples:
    samples = simulation.samples
    assert samples.gyr is not None
    gyr = samples.gyr.copy()
    gyr[:, rng.integers(3)] = rng.choice([0.0, 0.013])
    return Samples(samples.t, samples.acc, gyr)


def up_axis_stuck(simulation: Simulation, rng: Rng) -> Samples:
    samples = simulation.samples
    acc = samples.acc.copy()
    up = int(np.argmax(np.abs(acc[0])))
    acc[:, up] = STANDARD_GRAVITY * np.sign(acc[0, up])
    return Samples(samples.t, acc, samples.gyr)


def gravity_for_rate(simulation: Simulation, rng: Rng) -> Samples:
    samples = simulation.samples
    length = np.sqrt((samples.acc**2).sum(axis=1, keepdims=True))
    return Samples(samples.t, samples.acc, -samples.acc / length)


def rate_of_another(simulation: Simulation, rng: Rng) -> Samples:
    """Half a minute late: as of two clips whose clocks were never set."""
    samples = simulation.samples
    assert samples.gyr is not None
    shift = len(samples) // 3
    return Samples(samples.t, samples.acc, np.roll(samples.gyr, shift, axis=0))


def spikes(simulation: Simulation, rng: Rng) -> Samples:
    """One value in a hundred that no sensor has."""
    samples = simulation.samples
    assert samples.gyr is not None
    acc, gyr = samples.acc.copy(), samples.gyr.copy()
    for values in (acc, gyr):
        hit = rng.random(values.shape) < 0.005
        values[hit] = rng.choice([-1.0, 1.0], hit.sum()) * 10.0 ** rng.uniform(3, 300, hit.sum())
    return Samples(samples.t, acc, gyr)


KINDS: dict[str, Fault] = {
    "sound": of_both(as_it_is, as_it_is),
    "gyroscope reversed": of_both(as_it_is, np.negative),
    "both mirrored alike": of_both(lambda acc: acc * [-1.0, 1.0, 1.0], lambda gyr: gyr * [-1.0, 1.0, 1.0]),
    "an axis of the gyroscope reversed": one_axis_reversed("gyr"),
    "an axis of the accelerometer reversed": one_axis_reversed("acc"),
    "two axes of the gyroscope swapped": two_axes_swapped("gyr"),
    "two axes of the accelerometer swapped": two_axes_swapped("acc"),
    "gyroscope turned by 90 deg": quarter_turn("gyr"),
    "accelerometer turned by 90 deg": quarter_turn("acc"),
    "axes of the gyroscope shifted": of_both(as_it_is, lambda gyr: gyr[:, [1, 2, 0]]),
    "accelerometer zeroed in its mount": acc_zeroed,
    "acceleration in earth axes": acc_in_earth_axes,
    "rad/s under a label of deg/s": of_both(as_it_is, lambda gyr: gyr / DEGREES),
    "deg/s taken for rad/s": of_both(as_it_is, lambda gyr: gyr * DEGREES),
    "an axis of the gyroscope dead": one_axis_dead,
    "the accelerometer's up axis stuck": up_axis_stuck,
    "gravity in the gyroscope's columns": gravity_for_rate,
    "angular rate of another time": rate_of_another,
    "1 % of the values impossible": spikes,
}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.contradictions", description=__doc__)
    parser.add_argument("--only", default="", metavar="TEXT", help="kinds whose name holds it (default: all)")
    parser.add_argument("--sessions", type=int, default=20, help="of each kind (default: %(default)s)")
    parser.add_argument("--sound", type=int, default=200, help="sound sessions (default: %(default)s)")
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED, help="default: %(default)s")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: %(default)s)")
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    print("| kind | sessions | right | told | missed | silently wrong |", "|---|---|---|---|---|---|", sep="\n")
    with ProcessPoolExecutor(options.jobs) as pool:
        for number, kind in enumerate(KINDS):
            if options.only not in kind:
                continue
            first = options.first_seed + 1000 * number
            seeds = range(first, first + (options.sound if kind == "sound" else options.sessions))
            outcomes = list(pool.map(outcome, repeat(kind), seeds, chunksize=4))
            counts = " | ".join(str(outcomes.count(each)) for each in get_args(Outcome))
            print(f"| {kind} | {len(outcomes)} | {counts} |", flush=True)
            expected = ("right",) if kind == "sound" else ("right", "told")
            for seed, odd in ((seed, each) for seed, each in zip(seeds, outcomes) if each not in expected):
                print(f"{kind}, seed {seed}: {odd}", file=sys.stderr, flush=True)
    print("\n| sound session of | count, ms | judging, ms | judging |", "|---|---|---|---|", sep="\n")
    for minutes in COST_MINUTES:
        count_s, judging_s = cost_s(minutes)
        share = judging_s / (count_s - judging_s)
        print(f"| {minutes} min | {1e3 * count_s:.1f} | {1e3 * judging_s:.1f} | {share:+.1%} |", flush=True)
    print(f"\n{(time.perf_counter() - started) / 60.0:.1f} minutes.")


def session(rng: Rng) -> Take:
    """Two sets; one session in four of separate moves, one of a poor sensor, one with walking between."""
    which = int(rng.integers(4))
    script: list[Part] = [standing(rng, 4.0, 12.0)]
    for _ in range(2):
        period_s = rng.uniform(3.0, 6.0) if which == 0 else rng.uniform(2.0, 4.5)
        script.append(circles(rng, int(rng.integers(*REPS)), either(rng), period_s, separate=which == 0))
        if which == 2:
            script += [standing(rng, 2.0, 5.0), Movement("walking", rng.uniform(8.0, 20.0))]
        script.append(standing(rng))
    worn = clip(rng)
    if which == 1:
        worn = replace(worn, acc_noise_ug=400.0, gyr_bias_dps=8.0, packet_loss=0.1)
    return Take(tuple(script), wearer(rng), worn)


def outcome(kind: str, seed: int) -> Outcome:
    """Count a session with a fault, in packets as they come live.

    Whether every single circle is seen is for other benchmarks: it is right with one a direction more or less.
    """
    rng = np.random.default_rng([seed, 2])
    take = session(rng)
    simulation = take.simulate(seed)
    samples = KINDS[kind](simulation, rng)
    counter = imucount.RepCounter(simulation.side)
    try:
        for start in range(0, len(samples), PACKET_SAMPLES):
            counter.update(samples[start : start + PACKET_SAMPLES])
        counted = counter.finish()
    except ImucountError:
        return "told"
    has_missed = any(NOT_COUNTED in warning for warning in counted.warnings)
    expected = (*EXPECTED, NOT_COUNTED) if kind == "sound" else EXPECTED
    is_told = any(not any(usual in warning for usual in expected) for warning in counted.warnings)
    made = Counter(rep.direction for rep in simulation.reps)
    found = Counter(rep.direction for rep in counted.reps)
    is_right = all(abs(found[each] - made[each]) <= 1 for each in ("forward", "backward")) and not found["unknown"]
    if kind == "sound" and is_told:
        return "told"
    return "right" if is_right else "told" if is_told else "missed" if has_missed else "silently wrong"


def cost_s(minutes: int) -> tuple[float, float]:
    """Least time of the processor for a count of a sound session, and for the judging in it, s.

    They take turns, so that whatever else the machine does disturbs both alike.
    """
    rest = Movement("standing", 30.0)
    script: list[Part] = [Circles(10, "forward", 3.0), rest, Circles(10, "backward", 3.0), rest] * (minutes // 2)
    samples = simulate([rest, *script], clip=Clip(sampling_rate_hz=50.0), seed=FIRST_SEED).samples
    samples = samples[: int(np.searchsorted(samples.t, 60.0 * minutes))]

    def judge() -> None:
        intake = Intake("shoulder-circles")
        for piece in (*intake.update(samples), *intake.finish()):
            assert len(piece)
            intake.let_go()

    took_s: list[tuple[float, float]] = []
    for _ in range(COST_REPEATS):
        started = time.process_time()
        imucount.count(samples, "right")
        between = time.process_time()
        judge()
        took_s.append((between - started, time.process_time() - between))
    count_s, judging_s = zip(*took_s)
    return min(count_s), min(judging_s)


if __name__ == "__main__":
    main()
