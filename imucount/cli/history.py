"""The command history: the sessions that were kept, one beside the other."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from imucount.cli.group import folder_option, open_diary
from imucount.cli.screen import show
from imucount.outside_text import printable_line

__all__ = ["history"]


@click.command(short_help="Tell of the sessions that were kept.", epilog="Example: imucount history")
@folder_option
def history(folder: str | None) -> None:
    """List the sessions that `imucount coach` has kept, and compare them: circles, tempo, size, form, sides.

    Below it tells the medians of each side, both sides beside each other, what changed from the first session to
    the last one, and the last week.
    """
    from imucount.errors import ImucountError
    from imucount.views.history_table import KeptSession, history_table

    diary = open_diary(folder)
    kept = []
    for entry in diary.entries():
        try:
            session, assessment = entry.load() if entry.is_finished else (None, None)
            kept.append(KeptSession(entry.name, entry.start_utc, session, assessment, entry.forms()))
        except ImucountError as error:
            click.echo(printable_line(f"Warning: {error}"), err=True)
    if not kept:
        click.echo(printable_line(f"No sessions in {diary.folder}; `imucount coach` keeps them there."))
        return
    show(history_table(kept, datetime.now(UTC)))
