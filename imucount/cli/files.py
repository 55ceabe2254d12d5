"""The commands on one recording or many: count and inspect."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from imucount.cli.group import counting_options, exercise_option, load_profile, without_option
from imucount.cli.recordings import Files, files_argument, side_option
from imucount.cli.screen import progress, show
from imucount.cli.signal_options import reading, reading_options
from imucount.errors import ImucountError
from imucount.outside_text import printable_line
from imucount.paths import files_of, name_of, short_names
from imucount.whole_file import check_place

if TYPE_CHECKING:
    from imucount.formats.inspection import Inspection
    from imucount.formats.reading import ReadingOptions
    from imucount.reps import Kind
    from imucount.session import Session
    from imucount.sets import Exercise, Side

Result = TypeVar("Result")

_json_option = click.option("--json", "as_json", is_flag=True, help="Print everything that is known as JSON.")


@click.command(
    short_help="Count the circles in recordings.",
    epilog="Example: imucount count recording.csv --side right --json > session.json",
)
@files_argument
@side_option
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
        with progress(f"Counting {name_of(files[0])}") as done:
            session = count_file(
                files, side, min_reps=min_reps, exercise=exercise, profile=taught, progress=done, **options
            )
        return session if without is None else session.without(without)

    one = _only_one(files)
    if one is not None:
        session = count_one(one)
        if not (as_json or as_csv):
            from imucount.views.session_table import session_table

            show(session_table(session, name_of(one[0])))
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


@click.command(
    short_help="Tell how recordings are understood.",
    epilog="Example: imucount inspect recording.csv",
)
@files_argument
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
        with progress(f"Reading {name_of(files[0])}"):
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
