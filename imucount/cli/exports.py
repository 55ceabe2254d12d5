"""The command on results for other programs: export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from imucount.cli.group import counting_options, load_profile
from imucount.cli.recordings import Files, files_argument, side_option
from imucount.cli.screen import progress
from imucount.cli.signal_options import reading, reading_options
from imucount.outside_text import printable_line

if TYPE_CHECKING:
    from imucount.sets import Exercise, Side


@click.command(
    short_help="Write a recording and its reps as Motion-BIDS.",
    epilog="Example: imucount export recording.csv --side right --bids dataset --subject 01",
)
@files_argument
@click.option("--bids", "folder", type=click.Path(), required=True, metavar="FOLDER", help="The data set.")
@click.option("--subject", required=True, metavar="LABEL", help="Letters and digits, such as 01.")
@click.option("--task", default="circles", show_default=True, metavar="LABEL", help="What was done.")
@click.option("--session", "visit", metavar="LABEL", help="What BIDS calls a session, such as a visit.")
@click.option("--run", type=click.IntRange(min=1), metavar="N", help="Number among recordings that are alike.")
@side_option
@click.option("--force", is_flag=True, help="Replace the recording, if it is there.")
@counting_options
@reading_options
def export(
    files: Files,
    folder: str,
    subject: str,
    task: str,
    visit: str | None,
    run: int | None,
    side: Side | None,
    force: bool,
    min_reps: int,
    exercise: Exercise,
    profile: str | None,
    **told: Any,
) -> None:
    """Write the recording FILE... into a data set as Motion-BIDS, with the reps in it as events.

    What else a data set needs is made where it is missing.
    """
    from dataclasses import replace

    from imucount.counting import count
    from imucount.formats.bids_export import to_bids
    from imucount.formats.opening import read
    from imucount.intake.rates import LOWEST_CYCLIC_RATE_HZ, LOWEST_RATE_HZ
    from imucount.views.session_table import totals_line

    taught = load_profile(profile)
    lowest_hz = LOWEST_CYCLIC_RATE_HZ if exercise == "cyclic" else LOWEST_RATE_HZ
    with progress("Counting"):
        recording = read(files, lowest_rate_hz=lowest_hz, **reading(told))
        recording = replace(recording, side=side or recording.side)
        session = count(recording, min_reps=min_reps, exercise=exercise, profile=taught)
    made = to_bids(recording, session, folder, subject=subject, task=task, visit=visit, run=run, replace=force)
    click.echo(f"{printable_line(made)}: {totals_line(session)}")
