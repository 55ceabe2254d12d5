"""The command line: reads options, calls the library, prints. The only module that prints.

What is slow to import is imported where it is used, so that `imucount --help` is there at once.
"""

from __future__ import annotations

import codecs
import contextlib
import math
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType
from typing import TYPE_CHECKING, Any, Self

import click

from imucount.errors import ImucountError, RecordingError, SampleError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from imucount.counter import Progress
    from imucount.reps import Rep
    from imucount.sets import Exercise, RepSet, Side
    from imucount.simulate import Simulation

__all__ = ["main"]

PATIENCE_S = 2.0
"""How long something may take before a display of progress appears, s."""

_PLAIN = str.maketrans({"±": "+/-", "°": " deg", "²": "2", "µ": "u", "√": "sqrt ", "█": "#", "░": ".", "…": "..."})


def _give_up_stdout() -> None:
    """Lead what could not be written nowhere, so that Python does not try once more at its exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Commands(click.Group):
    """Commands of which every foreseen error becomes one line on stderr and exit code 1."""

    def main(self, *args: Any, **extra: Any) -> Any:
        try:
            return super().main(*args, **extra)
        except OSError as error:  # before any command, as when help cannot be written
            sys.stderr.write(f"Error: {error.strerror or error}\n")
            _give_up_stdout()
            sys.exit(1)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except ImucountError as error:
            raise click.ClickException(_one_line(str(error))) from error
        except BrokenPipeError:  # whoever read the output has left; click ends quietly
            raise
        except OSError as error:
            _give_up_stdout()
            reason = error.strerror or str(error)
            where = "" if error.filename is None else f"{os.fsdecode(error.filename)}: "
            raise click.ClickException(_one_line(where + reason)) from error


class _Number(click.FloatRange):
    """A finite number within a range."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        click.echo(f"imucount {version('imucount')}")
    except PackageNotFoundError:
        click.echo("imucount, from a source tree that is not installed")
    ctx.exit()


_side = click.option(
    "--side",
    type=click.Choice(["left", "right"]),
    help="The shoulder that wears the clip; wins over what FILE says. If neither tells, directions are unknown.",
)
_min_reps = click.option(
    "--min-reps",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    metavar="N",
    help="Circles that must follow each other before they count. With 1 every circle counts at once; with 2 a "
    "single one still counts when it is unmistakable.",
)
_exercise = click.option(
    "--exercise",
    type=click.Choice(["shoulder-circles", "cyclic"]),
    default="shoulder-circles",
    show_default=True,
    help="What is counted. cyclic is any exercise, with a sensor anywhere on the body: whatever repeats itself.",
)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: imucount count recording.csv --side right",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
def main() -> None:
    """Count shoulder circles in recordings of a clip with an inertial sensor, worn on one shoulder.

    A circle has a direction. Forward goes back, up, forward, down; seen from the wearer's right side it is
    clockwise. Backward is the other way round. To tell them apart it must be known which shoulder wears the clip.
    """
    codecs.register_error("imucount", _readable)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="imucount")


@main.command(
    short_help="Count the circles in a recording.",
    epilog="Example: imucount count recording.csv --side right --json > session.json",
)
@click.argument("file", type=click.Path())
@_side
@_min_reps
@_exercise
@click.option("--json", "as_json", is_flag=True, help="Print everything that is known as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print a row a circle as CSV.")
def count(file: str, side: Side | None, min_reps: int, exercise: Exercise, as_json: bool, as_csv: bool) -> None:
    """Count the circles in FILE, a CSV with the columns t,ax,ay,az,gx,gy,gz, and show them set by set.

    Forward goes back, up, forward, down; seen from the wearer's right side it is clockwise.

    With --json or --csv nothing else goes to standard output; warnings go to standard error.
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other.")
    from imucount.counter import count as count_file

    with _progress(f"Counting {_name(file)}") as progress:
        session = count_file(file, side, min_reps=min_reps, exercise=exercise, progress=progress)
    if not (as_json or as_csv):
        from imucount.report import session_table

        _show(session_table(session, _name(file)))
        return
    for warning in session.warnings:
        click.echo(f"Warning: {warning}", err=True)
    click.echo(session.to_json() if as_json else session.to_frame().to_csv(lineterminator="\n").rstrip("\n"))


@main.command(
    short_help="Count a recording as if it came live.",
    epilog="Example: imucount replay recording.csv --side right --speed 4",
)
@click.argument("file", type=click.Path())
@_side
@_min_reps
@_exercise
@click.option(
    "--speed",
    type=_Number(min=0),
    default=1.0,
    show_default=True,
    metavar="X",
    help="How many times as fast as it was recorded. 0 is at once.",
)
def replay(file: str, side: Side | None, min_reps: int, exercise: Exercise, speed: float) -> None:
    """Count FILE as if it came live from the clip: the number grows as circles become certain.

    Forward goes back, up, forward, down; seen from the wearer's right side it is clockwise.

    On a terminal it shows the present set; otherwise it prints a line a circle. It ends with the table that
    `imucount count` shows. Ctrl-C ends it early, with what was counted up to then.
    """
    from imucount.counter import LOWEST_RATES_HZ, RepCounter, other_side_warning
    from imucount.csv_reader import open_csv
    from imucount.replay import replay as replayed
    from imucount.report import clock_time, session_table
    from imucount.sets import group_reps

    lowest_hz = LOWEST_RATES_HZ[exercise]
    with (
        _naming(file),
        open_csv(file, lowest_rate_hz=lowest_hz) as reader,
        _Interrupt() as interrupt,
        _display(_name(file)) as display,
    ):
        counter = RepCounter(side or reader.header.side, min_reps=min_reps, exercise=exercise)
        reps: list[Rep] = []
        for now_s, samples in replayed(reader, speed):
            reps += counter.update(samples)
            display(group_reps(reps), counter.progress, now_s)
            if interrupt.came:
                break
        session = counter.finish()
        other_side = other_side_warning(side, reader.header.side)
        session = replace(session, warnings=(*other_side, *reader.warnings, *session.warnings))
        display(session.sets, counter.progress, session.end_s)
    _show(session_table(session, _name(file)))
    if interrupt.came:
        click.echo(f"Ended early, {clock_time(session.duration_s)} into the recording.")


@main.command(
    short_help="Tell how a recording is understood.",
    epilog="Example: imucount inspect recording.csv",
)
@click.argument("file", type=click.Path())
def inspect(file: str) -> None:
    """Tell how FILE is understood: columns, units, rate, gaps, gravity, side, and whether it can be counted."""
    from imucount.inspection import inspect_csv
    from imucount.report import inspection_table

    with _progress(f"Reading {_name(file)}"):
        inspection = inspect_csv(file)
    _show(inspection_table(inspection))


@main.command(
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
@click.option("--rate", type=_Number(1, 1000), default=100, show_default=True, help="Samples a second.")
@click.option("--sets", type=click.IntRange(1, 100), default=3, show_default=True, help="Sets of each direction.")
@click.option("--reps", type=click.IntRange(1, 1000), default=10, show_default=True, help="Circles in a set.")
@click.option("--period", type=_Number(0.2, 60), default=3, show_default=True, help="Length of a circle, s.")
@click.option("--rest", type=_Number(0.1, 3600), default=30, show_default=True, help="Rest between sets, s.")
@click.option("--separate", is_flag=True, help="Four separate moves with pauses, as beginners do.")
@click.option(
    "--elevation",
    type=_Number(0, 90),
    default=20,
    show_default=True,
    help="Range of the clavicle up, deg.",
)
@click.option(
    "--protraction",
    type=_Number(0, 90),
    default=12,
    show_default=True,
    help="Range of the clavicle forward, deg.",
)
@click.option("--accelerometer-only", is_flag=True, help="A clip without gyroscope.")
@click.option("--loss", type=_Number(0, 0.9), default=0, show_default=True, help="Share of lost packets.")
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
    from imucount.recording import Recording, write_csv
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
    with _progress(f"Simulating {_name(out)}"):
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


# What the commands share


def _name(path: str) -> str:
    return os.path.basename(path) or path


@contextmanager
def _naming(path: str) -> Iterator[None]:
    """Tell of samples that are refused which file they are from."""
    try:
        yield
    except SampleError as error:
        raise RecordingError(str(error), path) from error


def _one_line(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in " ".join(text.splitlines()))


def _readable(error: UnicodeError) -> tuple[str, int]:
    """Replace what a terminal's encoding lacks by something to read, for `codecs.register_error`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_PLAIN)
    return "".join(character if character.isascii() else "?" for character in text), error.end


def _console() -> Console:
    from rich.console import Console

    # Not for a terminal: wide enough that nothing is folded.
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 120
    return Console(width=width, highlight=False)


def _show(table: RenderableType) -> None:
    # Only a terminal needs its lines broken.
    _console().print(table, soft_wrap=not sys.stdout.isatty())


@contextmanager
def _display(title: str) -> Iterator[Callable[[Sequence[RepSet], Progress, float], None]]:
    """Give what shows a count in progress: big on a terminal, else a line a circle as it becomes certain."""
    from imucount.report import live_view, rep_line

    console = _console()
    if not (sys.stdout.isatty() and console.is_interactive):
        told = 0

        def tell(sets: Sequence[RepSet], progress: Progress, now_s: float) -> None:
            nonlocal told
            lines = [
                rep_line(set_number, number, rep)
                for set_number, rep_set in enumerate(sets, start=1)
                for number, rep in enumerate(rep_set.reps, start=1)
            ]
            for line in lines[told:]:
                click.echo(line)
            told = len(lines)

        yield tell
        return
    from rich.live import Live

    with Live(console=console, auto_refresh=False, transient=True) as live:

        def show(sets: Sequence[RepSet], progress: Progress, now_s: float) -> None:
            live.update(live_view(sets, progress, now_s, title), refresh=True)

        yield show


@contextmanager
def _progress(what: str) -> Iterator[Callable[[float], None]]:
    """Show a bar on stderr if what follows takes long; gives what takes the share that is done, 0 to 1."""
    if not sys.stderr.isatty():
        yield lambda fraction: None
        return
    from threading import Timer

    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    bar = Progress(
        *(TextColumn("{task.description}", markup=False), *columns),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    task = bar.add_task(what, total=None)
    patience = Timer(PATIENCE_S, bar.start)
    patience.daemon = True
    patience.start()
    try:
        yield lambda fraction: bar.update(task, total=1.0, completed=fraction)
    finally:
        patience.cancel()
        patience.join()
        bar.stop()


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
