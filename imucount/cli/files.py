"""The commands on recordings: count, replay, teach, inspect, simulate."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import click

from imucount.cli.group import Number, counting_options, exercise_option, load_profile, without_option
from imucount.cli.screen import CountDisplay, panes, progress, show
from imucount.cli.signal_options import reading, reading_options
from imucount.errors import CountingError, ImucountError, RecordingError, SampleError
from imucount.outside_text import printable_line
from imucount.paths import files_of, short_names
from imucount.whole_file import check_place, replaced

if TYPE_CHECKING:
    from imucount.formats.inspection import Inspection
    from imucount.formats.reading import ReadingOptions
    from imucount.reps import Direction, Kind
    from imucount.sets import Exercise, Session, Side
    from imucount.simulate import Simulation

Result = TypeVar("Result")

Files = tuple[str, ...]
"""The files of one recording, or all that a command line names."""


_side = click.option(
    "--side",
    type=click.Choice(["left", "right"]),
    help="The shoulder that wears the clip; wins over what FILE says. If neither tells, directions are unknown.",
)


_one_recording = click.argument("files", type=click.Path(), nargs=-1, required=True, metavar="FILE...")

_json_option = click.option("--json", "as_json", is_flag=True, help="Print everything that is known as JSON.")


@click.command(
    short_help="Count the circles in recordings.",
    epilog="Example: imucount count recording.csv --side right --json > session.json",
)
@click.argument("files", type=click.Path(), nargs=-1, required=True, metavar="FILE...")
@_side
@counting_options
@reading_options
@without_option
@_json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print a row a circle as CSV.")
def count(
    files: Files,
    side: Side | None,
    min_reps: int,
    exercise: Exercise,
    profile: str | None,
    without: Kind | None,
    as_json: bool,
    as_csv: bool,
    **told: Any,
) -> None:
    """Count the circles in FILE..., tables with the columns t,ax,ay,az,gx,gy,gz or other programs' exports.

    Of one recording they are shown set by set. Of several, or folders, each has a row; one that cannot be counted
    is told, the others are counted, and the exit code is 1. Files that are parts of one recording, such as
    Accelerometer.csv and Gyroscope.csv, count as one.

    Forward goes back, up, forward, down; seen from the wearer's right side it is clockwise.

    With --json or --csv nothing else goes to standard output; warnings go to standard error.
    """
    _one_format(as_json, as_csv)
    from imucount.counting import count as count_file

    taught = load_profile(profile)

    options = reading(told)

    def count_one(files: Files) -> Session:
        with progress(f"Counting {_name(files[0])}") as done:
            session = count_file(
                files, side, min_reps=min_reps, exercise=exercise, profile=taught, progress=done, **options
            )
        return session if without is None else session.without(without)

    one = _only_one(files)
    if one is not None:
        session = count_one(one)
        if not (as_json or as_csv):
            from imucount.views.session_table import session_table

            show(session_table(session, _name(one[0])))
            return
        _warn(session.warnings)
        click.echo(session.to_json() if as_json else session.to_frame().to_csv(lineterminator="\n").rstrip("\n"))
        return
    sessions = _of_each(files, count_one)
    if as_json:
        _echo_json(sessions, lambda session: {"session": json.loads(session.to_json())})
    elif as_csv:
        import pandas as pd

        frames = {
            printable_line(name): session.to_frame().drop(columns="file")
            for name, session in sessions.items()
            if not isinstance(session, str)
        }
        table = pd.concat(frames, names=["file"]) if frames else pd.DataFrame()
        click.echo(table.to_csv(lineterminator="\n").rstrip("\n"))
        _warn_of_each(sessions)
    else:
        from imucount.views.files_tables import sessions_table

        show(sessions_table(sessions, exercise))
    _exit_by(sessions)


class _Moment(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Make seconds of a time such as 83.5, 1:23.5 or 1:02:03."""
        if not re.fullmatch(r"([0-9]+:){0,2}[0-9]+([.][0-9]*)?", str(value)):
            self.fail(f"expected a time such as 83.5, 1:23.5 or 1:02:03, got {value!r}.", param, ctx)
        parts = [float(part) for part in reversed(str(value).split(":"))]
        return sum(part * unit_s for part, unit_s in zip(parts, (1.0, 60.0, 3600.0)))


@click.command(
    short_help="Tell why something was counted, or was not.",
    epilog="Example: imucount explain recording.csv --at 1:23",
)
@_one_recording
@click.option(
    "--at",
    "moments",
    type=_Moment(),
    multiple=True,
    metavar="TIME",
    help="Since the recording began, such as 83.5, 1:23.5 or 1:02:03: what was seen there. May be repeated.",
)
@_side
@counting_options
@reading_options
def explain(
    files: Files,
    moments: tuple[float, ...],
    side: Side | None,
    min_reps: int,
    exercise: Exercise,
    profile: str | None,
    **told: Any,
) -> None:
    """Tell what was seen in the recording FILE..., and why it was counted or was not.

    Without --at it gives an overview: what was counted, and the loops, or cycles, that were seen and were not.

    All numbers are in `session.signals` of Python, and `session.plot()` draws them.
    """
    from imucount.counting import count as count_file
    from imucount.views.explanation import moment_lines, overview_table

    taught, options = load_profile(profile), reading(told)
    with progress(f"Counting {_name(files[0])}") as done:
        session = count_file(
            files,
            side,
            min_reps=min_reps,
            exercise=exercise,
            profile=taught,
            progress=done,
            keep_signals=True,
            **options,
        )
    if not moments:
        show(overview_table(session, _name(files[0])))
    for moment_s in moments:
        with _naming(files[0]):
            lines = moment_lines(session, moment_s)
        for line in lines:
            click.echo(line)
        if len(moments) > 1:
            click.echo()


@click.command(
    short_help="Count a recording as if it came live.",
    epilog="Example: imucount replay recording.csv --side right --speed 4",
)
@_one_recording
@_side
@counting_options
@reading_options
@click.option(
    "--speed",
    type=Number(min=0),
    default=1.0,
    show_default=True,
    metavar="X",
    help="How many times as fast as it was recorded. 0 is at once.",
)
def replay(
    files: Files,
    side: Side | None,
    min_reps: int,
    exercise: Exercise,
    profile: str | None,
    speed: float,
    **told: Any,
) -> None:
    """Count the recording FILE... as if it came live from the clip: the number grows as circles become certain.

    Forward goes back, up, forward, down; seen from the wearer's right side it is clockwise.

    On a terminal it shows the present set; otherwise it prints a line a circle. It ends with the table that
    `imucount count` shows. Ctrl-C ends it early, with what was counted up to then.
    """
    from imucount.counter import RepCounter
    from imucount.counting import other_side_warning
    from imucount.formats.opening import open_recording
    from imucount.sources.replay import replay as replayed
    from imucount.units import PLAIN_UNITS
    from imucount.views.session_table import session_table
    from imucount.views.wording import clock_time

    taught = load_profile(profile)
    options, file = reading(told), files[0]
    with (
        _naming(file),
        open_recording(files, check=False, **options) as reader,
        _Interrupt() as interrupt,
        panes([_name(file)]) as (pane,),
    ):
        display = CountDisplay(pane, _name(file), exercise)
        counter = RepCounter(
            side or reader.header.side,
            min_reps=min_reps,
            exercise=exercise,
            profile=taught,
            units={quantity: PLAIN_UNITS[quantity] for quantity in reader.known},
        )
        counter.table_units = reader.header.units
        for now_s, samples in replayed(reader, speed):
            counter.update(samples)
            display.update(counter.sets, counter.progress, now_s)
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
@_one_recording
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
@reading_options
@click.option("--force", is_flag=True, help="Replace a file that exists; --profile's own needs no force.")
def teach(
    files: Files,
    direction: Direction,
    side: Side | None,
    out: str,
    profile: str | None,
    force: bool,
    **told: Any,
) -> None:
    """Learn from FILE..., a recording of one circle or several of one direction, how the clip sits.

    The profile tells forward from backward with `imucount count --profile`, also where the side is not known, the
    clip is worn the other way round, or the whole arm draws the circle. Two recordings teach better than one: give
    the first one's profile to the second.
    """
    if os.path.abspath(out) in map(os.path.abspath, files):
        raise click.UsageError("--out must be another file than FILE.")
    adds = profile is not None and os.path.abspath(out) == os.path.abspath(profile)
    if os.path.isfile(out) and not (adds or force):
        raise click.ClickException(f"{out} exists; --force replaces it.")
    from imucount.circles.profile import teach as learn
    from imucount.formats.opening import read

    check_place(out)
    known = load_profile(profile)
    recording = read(files, **reading(told))
    with _naming(files[0]):
        learned = learn(recording.samples, direction=direction, side=side or recording.side, profile=known)
    learned.save(out)
    click.echo(
        f"Taught by {learned.circles} recording{'' if learned.circles == 1 else 's'}: {printable_line(out)}"
    )


@click.command(
    short_help="Tell how recordings are understood.",
    epilog="Example: imucount inspect recording.csv",
)
@click.argument("files", type=click.Path(), nargs=-1, required=True, metavar="FILE...")
@exercise_option
@reading_options
@click.option(
    "--save-layout",
    type=click.Path(),
    metavar="TOML",
    help="Write how the table is read, with the names of its columns and their units, as --layout takes it.",
)
@click.option("--force", is_flag=True, help="Replace a layout that exists.")
@_json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print a row a file as CSV.")
def inspect(
    files: Files,
    exercise: Exercise,
    as_json: bool,
    as_csv: bool,
    save_layout: str | None,
    force: bool,
    **told: Any,
) -> None:
    """Tell how FILE... are understood: columns, units, rate, gaps, gravity, side, and whether they can be counted.

    Of several recordings, or folders, each has a row; one that cannot be read is told, and the exit code is 1.

    With --save-layout it also keeps how a table of nobody's is to be read, for the --layout of any command.
    """
    _one_format(as_json, as_csv)
    from imucount.formats.inspection import inspect_csv

    options = reading(told)

    def inspect_one(files: Files) -> Inspection:
        with progress(f"Reading {_name(files[0])}"):
            return inspect_csv(files, exercise=exercise, **options)

    one = _only_one(files)
    if save_layout is not None:
        if one is None:
            raise click.UsageError("--save-layout is of one recording.")
        _save_layout(save_layout, one, options, force)
    if one is not None and not (as_json or as_csv):
        from imucount.views.inspection_table import inspection_table

        show(inspection_table(inspect_one(one)))
        return
    if one is not None and as_json:
        click.echo(json.dumps(inspect_one(one).to_dict(), indent=2))
        return
    inspections = _of_each(files, inspect_one)
    if as_json:
        _echo_json(inspections, lambda inspection: {"inspection": inspection.to_dict()})
    elif as_csv:
        import pandas as pd

        rows = [
            {"file": printable_line(name)} | _cells(found.to_dict())
            for name, found in inspections.items()
            if not isinstance(found, str)
        ]
        click.echo(pd.DataFrame(rows).to_csv(index=False, lineterminator="\n").rstrip("\n"))
        _warn_of_each(inspections)
    else:
        from imucount.views.files_tables import inspections_table

        show(inspections_table(inspections))
    _exit_by(inspections)


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
    for path in (out, labels):
        if path is not None:
            check_place(path)
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
        f"{printable_line(out)}: {len(simulation.reps)} circles in {len(simulation.sets)} sets, "
        f"{simulation.samples.duration_s:.1f} s at {rate:g} Hz, {side} shoulder"
    )


def _write_labels(path: str, simulation: Simulation) -> None:
    import csv

    with replaced(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["rep", "set", "direction", "start_s", "end_s", "elevation_deg", "protraction_deg"])
        sets_of_reps = [number for number, each in enumerate(simulation.sets, start=1) for _ in each.reps]
        for number, (in_set, rep) in enumerate(zip(sets_of_reps, simulation.reps, strict=True), start=1):
            times = (f"{rep.start_s:.3f}", f"{rep.end_s:.3f}")
            ranges = (f"{rep.elevation_deg:.2f}", f"{rep.protraction_deg:.2f}")
            writer.writerow([number, in_set, rep.direction, *times, *ranges])


def _one_format(as_json: bool, as_csv: bool) -> None:
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other.")


def _save_layout(path: str, files: Files, options: ReadingOptions, force: bool) -> None:
    from imucount.formats.layout_file import write_layout
    from imucount.formats.opening import layout_of

    if os.path.isfile(path) and not force:
        raise click.ClickException(f"{path} exists; --force replaces it.")
    check_place(path)
    write_layout(path, layout_of(files, **options))
    click.echo(printable_line(f"Layout: {path}"), err=True)


def _only_one(paths: Files) -> Files | None:
    """Give the files of a recording, if they are all that a command line names."""
    if any(map(os.path.isdir, paths)):
        return None
    if len(paths) == 1:
        return paths
    from imucount.formats.sessions import sessions_of

    sessions = sessions_of(paths)
    return sessions[0] if len(sessions) == 1 else None


def _of_each(paths: Files, work: Callable[[Files], Result]) -> dict[str, Result | str]:
    """Give by the name of each recording, that of its first file, what became of it, or why nothing did."""
    from imucount.formats.sessions import sessions_of

    sessions = sessions_of(files_of(paths))
    results: dict[str, Result | str] = {}
    for session, name in zip(sessions, short_names([session[0] for session in sessions])):
        try:
            results[name] = work(session)
        except ImucountError as error:
            results[name] = str(error)
    return results


def _echo_json(results: Mapping[str, Result | str], document: Callable[[Result], dict[str, Any]]) -> None:
    click.echo(
        json.dumps(
            [
                {"file": name} | ({"error": result} if isinstance(result, str) else document(result))
                for name, result in results.items()
            ],
            indent=2,
        )
    )


def _warn(warnings: Sequence[str], before: str = "") -> None:
    for warning in warnings:
        click.echo(printable_line(f"Warning: {before}{warning}"), err=True)


def _warn_of_each(results: Mapping[str, Session | Inspection | str]) -> None:
    for name, result in results.items():
        if isinstance(result, str):
            click.echo(printable_line(f"Error: {result}"), err=True)
        else:
            _warn(result.warnings, f"{name}: ")


def _exit_by(results: Mapping[str, object]) -> None:
    if any(isinstance(result, str) for result in results.values()):
        sys.exit(1)


def _cells(document: Mapping[str, Any]) -> dict[str, Any]:
    """Take from a document what a cell of a table can hold."""
    return {
        name: printable_line(value) if isinstance(value, str) else value
        for name, value in document.items()
        if value is None or isinstance(value, (str, int, float))
    }


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
