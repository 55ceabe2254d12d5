"""The command line: reads options, calls the library, prints. The only part that prints.

What is slow to import is imported where it is used, so that `imucount --help` is there at once.
"""

from __future__ import annotations

import sys

import click

from imucount.cli import clips, cohorts, exports, files
from imucount.cli.coach import coach
from imucount.cli.explain import explain
from imucount.cli.group import Commands, make_readable
from imucount.cli.history import history
from imucount.cli.replay import replay
from imucount.cli.report import report
from imucount.cli.simulate import simulate
from imucount.cli.teach import teach

__all__ = ["main"]


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from imucount.provenance import version

    click.echo(f"imucount {version()}" if version() else "imucount, from a source tree that is not installed")
    ctx.exit()


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: imucount count recording.csv --side right",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
def main() -> None:
    """Count shoulder circles, live or recorded, with a clip with an inertial sensor that is worn on one shoulder.

    A circle has a direction. Forward goes back, up, forward, down; seen from the wearer's right side it is
    clockwise. Backward is the other way round. To tell them apart it must be known which shoulder wears the clip.
    """
    make_readable(sys.stdout, sys.stderr)


for command in (
    *(files.count, explain, replay, files.inspect, simulate, teach),
    *(cohorts.batch, cohorts.compare, exports.export),
    *(clips.scan, clips.sensors, clips.live, clips.record),
    *(coach, history, report),
):
    main.add_command(command)
