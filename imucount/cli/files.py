"""The commands on recordings: count, replay, teach, inspect, simulate."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType
from typing import TYPE_CHECKING, Self

import click

from imucount.cli.group import Number, exercise_option, min_reps_option, profile_option
from imucount.cli.screen import CountDisplay, panes, progress, show
from imucount.errors import CountingError, RecordingError, SampleError

if TYPE_CHECKING:
    from imucount.reps import Direction, Rep
    from imucount.sets import Exercise, Side
    from imucount.simulate import Simulation


_side = click.option(
    "--side",
    type=click.Choice(["left", "right"]),
    help="The shoulder that wears the clip; wins over what FILE says. If neither tells, directions are unknown.",
)


@click.command(
    short_help="Count the circles in a recording.",
    epilog="Example: imucount count recording.csv --side right --json > session.json",
)
@click.argument("file", type=click.Path())
@_side
@min_reps_option
@exercise_option
@profile_option
@click.option("--json", "as_json", is_flag=True, help="Print everything that is known as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print a row a circle as CSV.")
def count(
    file: str,
    side: Side | None,
    min_reps: int,
    exercise: Exercise,
    profile: str | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Count the circles in FILE, a CSV with the columns t,ax,ay,az,gx,gy,gz, and show them set by set.

    Forward goes back, up, forward, down; seen from the wearer's right side it is clockwise.

    With --json or --csv nothing else goes to standard output; warnings go to standard error.
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other.")
    from imucount.circles.profile import Profile
    from imucount.counting import count as count_file

    taught = None if profile is None else Profile.load(profile)
    with progress(f"Counting {_name(file)}") as done:
        session = count_file(file, side, min_reps=min_reps, exercise=exercise, profile=taught, progress=done)
    if not (as_json or as_csv):
        from imucount.views.session_table import session_table

        show(session_table(session, _name(file)))
        return
    for warning in session.warnings:
        click.echo(f"Warning: {warning}", err=True)
    click.echo(session.to_json() if as_json else session.to_frame().to_csv(lineterminator="\n").rstrip("\n"))


@click.command(
    short_help="Count a recording as if it came live.",
    epilog="Example: imucount replay recording.csv --side right --speed 4",
)
@click.argument("file", type=click.Path())
@_side
@min_reps_option
@exercise_option
@profile_option
@click.option(
    "--speed",
    type=Number(min=0),
    default=1.0,
    show_default=True,
    metavar="X",
    help="How many times as fast as it was recorded. 0 is at once.",
)
def replay(
    file: str, side: Side | None, min_reps: int, exercise: Exercise, profile: str | None, speed: float
) -> None:
    """Count FILE as if it came live from the clip: the number grows as circles become certain.

    Forward goes back, up, forward, down; seen from the wearer's right side it is clockwise.

    On a terminal it shows the present set; otherwise it prints a line a circle. It ends with the table that
    `imucount count` shows. Ctrl-C ends it early, with what was counted up to then.
    """
    from imucount.circles.profile import Profile
    from imucount.counter import LOWEST_RATES_HZ, RepCounter
    from imucount.counting import other_side_warning
    from imucount.formats.csv_reader import open_csv
    from imucount.sets import group_reps
    from imucount.sources.replay import replay as replayed
    from imucount.views.session_table import session_table
    from imucount.views.wording import clock_time

    taught = None if profile is None else Profile.load(profile)
    lowest_hz = LOWEST_RATES_HZ[exercise]
    with (
        _naming(file),
        open_csv(file, lowest_rate_hz=lowest_hz) as reader,
        _Interrupt() as interrupt,
        panes([_name(file)]) as (pane,),
    ):
        display = CountDisplay(pane, _name(file), exercise)
        counter = RepCounter(side or reader.header.side, min_reps=min_reps, exercise=exercise, profile=taught)
        reps: list[Rep] = []
        for now_s, samples in replayed(reader, speed):
            reps += counter.update(samples)
            display.update(group_reps(reps), counter.progress, now_s)
            if interrupt.came:
                break
        session = counter.finish()
        other_side = other_side_warning(side, reader.header.side)
        session = replace(
            session,
            warnings=(*other_side, *reader.warnings, *session.warnings),
            provenance=session.provenance.of(reader.header.metadata, file),
        )
        display.update(session.sets, counter.progress, session.end_s)
    show(session_table(session, _name(file)))
    if interrupt.came:
        click.echo(f"Ended early, {clock_time(session.duration_s)} into the recording.")


@click.command(
    short_help="Learn how a clip sits from a circle of known direction.",
    epilog="Example: imucount teach one_forward_circle.csv --direction forward --out mine.json",
)
@click.argument("file", type=click.Path())
@click.option(
    "--direction",
    type=click.Choice(["forward", "backward"]),
    required=True,
    help="Which way its circles go.",
)
@click.option("--side", type=click.Choice(["left", "right"]), help="The shoulder that wears the clip.")
@click.option("--out", type=click.Path(), required=True, metavar="FILE", help="Where the profile is written.")
@click.option(
    "--profile", type=click.Path(), metavar="FILE", help="A profile of the same wearer and mount, to be added to."
)
@click.option("--force", is_flag=True, help="Replace a file that exists; --profile's own needs no force.")
def teach(file: str, direction: Direction, side: Side | None, out: str, profile: str | None, force: bool) -> None:
    """Learn from FILE, a recording of one circle or several of one direction, how the clip sits.

    The profile tells forward from backward with `imucount count --profile`, also where the side is not known, the
    clip is worn the other way round, or the whole arm draws the circle. Two recordings teach better than one: give
    the first one's profile to the second.
    """
    if os.path.abspath(out) == os.path.abspath(file):
        raise click.UsageError("--out must be another file than FILE.")
    adds = profile is not None and os.path.abspath(out) == os.path.abspath(profile)
    if os.path.isfile(out) and not (adds or force):
        raise click.ClickException(f"{out} exists; --force replaces it.")
    from imucount.circles.profile import Profile
    from imucount.circles.profile import teach as learn
    from imucount.formats.csv_reader import read_csv

    known = None if profile is None else Profile.load(profile)
    recording = read_csv(file)
    with _naming(file):
        learned = learn(recording.samples, direction=direction, side=side or recording.side, profile=known)
    learned.save(out)
    click.echo(f"Taught by {learned.circles} recording{'' if learned.circles == 1 else 's'}: {out}")


@click.command(
    short_help="Tell how a recording is understood.",
    epilog="Example: imucount inspect recording.csv",
)
@click.argument("file", type=click.Path())
@exercise_option
def inspect(file: str, exercise: Exercise) -> None:
    """Tell how FILE is understood: columns, units, rate, gaps, gravity, side, and whether it can be counted."""
    from imucount.counter import LOWEST_RATES_HZ
    from imucount.formats.inspection import inspect_csv
    from imucount.views.inspection_table import inspection_table

    with progress(f"Reading {_name(file)}"):
        inspection = inspect_csv(file, lowest_rate_hz=LOWEST_RATES_HZ[exercise])
    show(inspection_table(inspection))


@click.command(
    short_help="Write a simulated recording.",
    epilog="Example: imucount simulate session.csv --side left --period 4 --separate --labels truth.csv",
)
@click.argument("out", type=click.Path())
@click.option("--labels", type=click.Path(), metavar="FILE", help="Write the truth, a row a circle, to this CSV.")
@click.option(
    "--side",
    type=click.Choice(["left", "right"]),
    default="right",
    show_default=True,
    help="The shoulder that wears the clip.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Another seed, other chance."
)
@click.option("--rate", type=Number(1, 1000), default=100, show_default=True, help="Samples a second.")
@click.option("--sets", type=click.IntRange(1, 100), default=3, show_default=True, help="Sets of each direction.")
@click.option("--reps", type=click.IntRange(1, 1000), default=10, show_default=True, help="Circles in a set.")
@click.option("--period", type=Number(0.2, 60), default=3, show_default=True, help="Length of a circle, s.")
@click.option("--rest", type=Number(0.1, 3600), default=30, show_default=True, help="Rest between sets, s.")
@click.option("--separate", is_flag=True, help="Four separate moves with pauses, as beginners do.")
@click.option(
    "--elevation",
    type=Number(0, 90),
    default=20,
    show_default=True,
    help="Range of the clavicle up, deg.",
)
@click.option(
    "--protraction",
    type=Number(0, 90),
    default=12,
    show_default=True,
    help="Range of the clavicle forward, deg.",
)
@click.option("--accelerometer-only", is_flag=True, help="A clip without gyroscope.")
@click.option("--loss", type=Number(0, 0.9), default=0, show_default=True, help="Share of lost packets.")
@click.option("--poor", is_flag=True, help="A poor sensor: noise, large bias, scale errors, a clock 2 % fast.")
@click.option("--force", is_flag=True, help="Replace files that exist.")
def simulate(
    out: str,
    labels: str | None,
    side: Side,
    seed: int,
    rate: float,
    sets: int,
    reps: int,
    period: float,
    rest: float,
    separate: bool,
    elevation: float,
    protraction: float,
    accelerometer_only: bool,
    loss: float,
    poor: bool,
    force: bool,
) -> None:
    """Write a simulated recording to OUT, by default of the prescribed programme.

    The programme is 3 sets of 10 forward circles and 3 sets of 10 backward ones.

    Forward goes back, up, forward, down; seen from the wearer's right side it is clockwise.

    The file's header says that it is simulated.
    """
    if labels is not None and os.path.abspath(labels) == os.path.abspath(out):
        raise click.UsageError("--labels must be another file than OUT.")
    for path in (out, labels):
        if path is not None and os.path.isfile(path) and not force:
            raise click.ClickException(f"{path} exists; --force replaces it.")
    from imucount.formats.recording import Recording, write_csv
    from imucount.simulate import Clip, Wearer, programme
    from imucount.simulate import simulate as perform

    sensor: dict[str, float] = {}
    if poor:
        sensor = {"acc_noise_ug": 400.0, "gyr_noise_mdps": 30.0, "gyr_bias_dps": 8.0}
        sensor |= {"scale_error": 0.02, "misalignment_deg": 2.0, "clock_error": 0.02}
    script = programme(
        period_s=period,
        rest_s=rest,
        separate=separate,
        elevation_deg=elevation,
        protraction_deg=protraction,
        reps=reps,
        sets=sets,
    )
    clip = Clip(sampling_rate_hz=rate, packet_loss=loss, gyroscope=not accelerometer_only, **sensor)  # type: ignore[arg-type]
    with progress(f"Simulating {_name(out)}"):
        simulation = perform(script, wearer=Wearer(side=side), clip=clip, seed=seed)
        metadata = {"simulated": "yes", "seed": str(seed)}
        write_csv(out, Recording(simulation.samples, side, rate, metadata))
        if labels is not None:
            _write_labels(labels, simulation)
    click.echo(
        f"{out}: {len(simulation.reps)} circles in {len(simulation.sets)} sets, "
        f"{simulation.samples.duration_s:.1f} s at {rate:g} Hz, {side} shoulder"
    )


def _write_labels(path: str, simulation: Simulation) -> None:
    import csv

    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["rep", "set", "direction", "start_s", "end_s", "elevation_deg", "protraction_deg"])
        sets_of_reps = [number for number, each in enumerate(simulation.sets, start=1) for _ in each.reps]
        for number, (in_set, rep) in enumerate(zip(sets_of_reps, simulation.reps, strict=True), start=1):
            times = (f"{rep.start_s:.3f}", f"{rep.end_s:.3f}")
            ranges = (f"{rep.elevation_deg:.2f}", f"{rep.protraction_deg:.2f}")
            writer.writerow([number, in_set, rep.direction, *times, *ranges])


def _name(path: str) -> str:
    return os.path.basename(path) or path


@contextmanager
def _naming(path: str) -> Iterator[None]:
    """Tell of samples that are refused which file they are from."""
    try:
        yield
    except (SampleError, CountingError) as error:
        raise RecordingError(str(error), path) from error


class _Interrupt:
    """The first Ctrl-C as something to ask for, so that it cannot break into the counting. A second one aborts."""

    def __init__(self) -> None:
        self.came = False

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _note(self, signum: int, frame: FrameType | None) -> None:
        self.came = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
