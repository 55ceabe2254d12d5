"""The command report: one session as a page."""

from __future__ import annotations

import click

from imucount.cli.group import folder_option, open_diary
from imucount.outside_text import printable_line

__all__ = ["report"]


@click.command(
    short_help="Make a page of a session, to read or print.",
    epilog="Example: imucount report last -o report.html",
)
@click.argument("session")
@click.option("-o", "--out", type=click.Path(), required=True, metavar="FILE", help="The page, HTML.")
@folder_option
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def report(session: str, out: str, folder: str | None, force: bool) -> None:
    """Make one page of HTML, which needs no network, of SESSION.

    SESSION is the name of a kept session, its beginning, `last`, the folder that it is kept in, or a recording to
    count against the prescribed programme.
    """
    import os

    from imucount.views.report_page import report_page
    from imucount.whole_file import check_place, replaced

    if os.path.isfile(out) and not force:
        raise click.ClickException(f"{out} exists; --force replaces it.")
    check_place(out)
    if os.path.isfile(session):
        from imucount.counting import count
        from imucount.form import form_of
        from imucount.formats.opening import read
        from imucount.programme import Programme, assess

        recording = read(session)
        result = count(recording)
        forms = form_of(recording.samples, result.reps, result.side)
        assessment = assess(Programme.prescribed(), result.sets) if result.exercise == "shoulder-circles" else None
        title = os.path.basename(session)
    else:
        if os.path.isdir(session):
            folder, session = os.path.split(os.path.abspath(session))
        entry = open_diary(folder).find(session)
        result, assessment = entry.load()
        forms = entry.forms()
        title = f"{entry.start_utc:%-d %B %Y, %H:%M} UTC"
    page = report_page(result, assessment, forms, title=title)
    with replaced(out) as file:
        file.write(page)
    click.echo(printable_line(f"Report: {out}"))
