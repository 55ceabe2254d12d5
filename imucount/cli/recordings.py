"""What the commands on recordings share: how the files are named, whose shoulder it is, and whose fault it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from imucount.errors import CountingError, RecordingError, SampleError

__all__ = ["Files", "files_argument", "naming", "side_option"]

Files = tuple[str, ...]
"""The files of one recording, or all that a command line names."""

files_argument = click.argument("files", type=click.Path(), nargs=-1, required=True, metavar="FILE...")

side_option = click.option(
    "--side",
    type=click.Choice(["left", "right"]),
    help="The shoulder that wears the clip; wins over what FILE says. If neither tells, directions are unknown.",
)


@contextmanager
def naming(path: str) -> Iterator[None]:
    """Tell of samples that are refused which file they are from."""
    try:
        yield
    except (SampleError, CountingError) as error:
        raise RecordingError(str(error), path) from error
