"""The commands on many recordings and the tables of them: batch, compare."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import click

from imucount.cli.group import counting_options, load_profile
from imucount.cli.screen import show, work_left
from imucount.cli.signal_options import reading, reading_options
from imucount.outside_text import printable_line

if TYPE_CHECKING:
    from imucount.sets import Exercise, Side

MOST_TOLD = 20
"""So many failures are printed; errors.csv has all."""


@click.command(
    short_help="Count many recordings into one table.",
    epilog="Example: imucount batch cohort/ --out results",
)
@click.argument("paths", type=click.Path(), nargs=-1, required=True, metavar="PATHS...")
@click.option("-o", "--out", type=click.Path(), required=True, metavar="FOLDER", help="Where the results go.")
@click.option(
    "--side",
    type=click.Choice(["left", "right"]),
    help="The shoulder that wore the clip in every recording; wins over what they say.",
)
@counting_options
@reading_options
@click.option(
    "--processes", type=click.IntRange(min=1), metavar="N", help="How many count at a time, if not all processors."
)
@click.option(
    "--dask", metavar="ADDRESS", help="Count on the Dask cluster whose scheduler is there, as tcp://10.0.0.1:8786."
)
@click.option("--parquet", is_flag=True, help="Write the tables as Parquet, too.")
def batch(
    paths: tuple[str, ...],
    out: str,
    side: Side | None,
    min_reps: int,
    exercise: Exercise,
    profile: str | None,
    processes: int | None,
    dask: str | None,
    parquet: bool,
    **told: Any,
) -> None:
    """Count the recordings PATHS..., and those in folders, and put all of them into tables.

    FOLDER gets reps.csv and sets.csv, errors.csv with what could not be counted, and in sessions/ a JSON file a
    recording. One that cannot be counted stops no other, but the exit code is 1. Run again, it counts what is new
    or changed, and what failed.
    """
    if dask is not None and processes is not None:
        raise click.UsageError("--dask and --processes exclude each other.")
    from imucount.cohort.batch import batch as count_all
    from imucount.cohort.dask_cluster import dask_executor
    from imucount.views.wording import noun_of, number_of

    taught = load_profile(profile)
    try:
        with (
            nullcontext() if dask is None else dask_executor(dask) as executor,
            work_left("Counting recordings") as progress,
        ):
            made = count_all(
                paths,
                out,
                side=side,
                min_reps=min_reps,
                exercise=exercise,
                profile=taught,
                executor=executor,
                processes=processes,
                parquet=parquet,
                progress=progress,
                **reading(told),
            )
    except KeyboardInterrupt:
        raise click.ClickException(
            f"stopped; what was counted is kept in {out}, and the same command goes on from there."
        ) from None
    before = f", {made.unchanged} of them before" if made.unchanged else ""
    click.echo(
        f"{number_of(len(made.files), 'recording')} counted{before}: "
        f"{number_of(made.reps, noun_of(exercise))} in {number_of(made.sets, 'set')}, in {printable_line(out)}"
    )
    for failure in made.failures[:MOST_TOLD]:
        click.echo(printable_line(f"Error: {failure.file}: {failure.message}"), err=True)
    if made.failures:
        click.echo(f"{number_of(len(made.failures), 'recording')} failed; errors.csv has the reasons.", err=True)
        sys.exit(1)


@click.command(
    short_help="Compare left with right, or before with after.",
    epilog="Example: imucount compare results",
)
@click.argument("table", type=click.Path())
@click.argument("after", type=click.Path(), required=False)
@click.option(
    "--wearer",
    metavar="REGEX",
    help="What in a file's name tells the wearer, by default the folder it lies in. Of a group, what it holds: "
    r"(sub-\d+) or ([a-z]+)_left.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print a row a wearer and measure as CSV.")
def compare(table: str, after: str | None, wearer: str | None, as_csv: bool) -> None:
    """Compare the sides in TABLE, or, of TABLE [AFTER], what was before with what came after, wearer by wearer.

    It shows medians of the reps. Each is a folder that `imucount batch` wrote to, or the reps.csv or reps.parquet
    in one.
    """
    from imucount.cohort.comparison import WEARER
    from imucount.cohort.comparison import compare as compare_tables

    found = compare_tables(table, after, wearer=WEARER if wearer is None else wearer)
    if as_csv:
        click.echo(found.to_csv(index=False, lineterminator="\n").rstrip("\n"))
        return
    from imucount.views.comparison_table import comparison_table

    show(comparison_table(found))
