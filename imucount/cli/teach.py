"""The command teach: how a clip sits, from circles of known direction."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from imucount.cli.group import load_profile
from imucount.cli.recordings import Files, files_argument, naming, side_option
from imucount.cli.signal_options import reading, reading_options
from imucount.outside_text import printable_line
from imucount.whole_file import check_place

if TYPE_CHECKING:
    from imucount.reps import Direction
    from imucount.sets import Side

__all__ = ["teach"]


@click.command(
    short_help="Learn how a clip sits from a circle of known direction.",
    epilog="Example: imucount teach one_forward_circle.csv --direction forward --out mine.json",
)
@files_argument
@click.option(
    "--direction",
    type=click.Choice(["forward", "backward"]),
    required=True,
    help="Which way its circles go.",
)
@side_option
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
    with naming(files[0]):
        learned = learn(recording.samples, direction=direction, side=side or recording.side, profile=known)
    learned.save(out)
    click.echo(
        f"Taught by {learned.circles} recording{'' if learned.circles == 1 else 's'}: {printable_line(out)}"
    )
