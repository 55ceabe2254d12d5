"""Binary: a recording that is no text, by what it is known and how it is read."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from imucount.errors import SampleError
from imucount.formats.layouts.export import Signals
from imucount.formats.reading import HowToRead

__all__ = ["Binary", "package"]


@dataclass(frozen=True)
class Binary:
    """Recordings that are no text, all of one kind.

    Attributes
    ----------
    name : str
        What one is, such as "an XDF recording".
    fits : callable
        Takes the path and the first bytes of a file and tells whether it is one.
    read : callable
        Takes the path and a `HowToRead`, and gives `Signals`. It raises SampleError with a sentence that says what
        to record, or which option to give.
    reads : str
        What is read of it, for the table of formats.
    refuses : str
        What is refused, and why.
    """

    name: str
    fits: Callable[[str, bytes], bool]
    read: Callable[[str, HowToRead], Signals]
    reads: str
    refuses: str


def package(name: str, extra: str, what: str) -> Any:
    """Import the package that reads a kind of file.

    Raises
    ------
    SampleError
        If it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise SampleError(
            f"expected {name} to read {what} with, got none; pip install 'imucount[{extra}]' brings it"
        ) from error
