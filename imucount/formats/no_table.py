"""Texts that hold no table of samples: what they are by how they begin, and what to give in their place."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["NO_TABLES", "TEXT_ALONE", "NoTable", "no_table_of"]

TEXT_ALONE = (
    "give the file that the sensor's program recorded, a binary one such as .xdf, .cwa or .gt3x as it is, or in "
    "Python the data frame"
)
"""What to give in place of a text in which there are no rows of numbers."""


@dataclass(frozen=True, slots=True)
class NoTable:
    """A kind of text that holds no table of samples.

    Attributes
    ----------
    name : str
        What it is.
    begins : str
        Regular expression that it fits from its beginning on, comments left aside.
    instead : str
        What to give in its place.
    """

    name: str
    begins: str
    instead: str


NO_TABLES = (
    NoTable(
        "the description of a Motion-BIDS recording",
        r'\{.*"(SamplingFrequency|MotionChannelCount)"\s*:',
        "give the _motion.tsv beside it, with which it is read",
    ),
    NoTable(
        "the results of a count in JSON",
        r'\{.*"schema_version"\s*:',
        "give the recording that was counted; imucount.Session.from_json reads the results",
    ),
    NoTable(
        "a file in JSON",
        r'\{\s*["}]|\[\s*[\[{]',
        "make a table of its samples, as pandas.json_normalize does, and give the frame",
    ),
    NoTable(
        "a page of the web",
        r"<(!doctype|html|\?xml)",
        "open it in a browser, and download the file that it links to",
    ),
    NoTable(
        "the phone of a phyphox export",
        r'"?property"?[,;\t]"?value"?\s',
        "give the folder, zip or tables of the recording, which are read with it",
    ),
)
"""The more particular ones first."""


def no_table_of(text: str) -> NoTable | None:
    """Tell what a text is that holds no table of samples; None if it may hold one.

    Parameters
    ----------
    text : str
        The beginning of a file.

    Examples
    --------
    >>> no_table_of("<!DOCTYPE html>").name
    'a page of the web'
    >>> no_table_of("[Sensor 3]") is no_table_of("t,ax,ay,az") is None
    True
    """
    text = re.sub(r"\A(\s*#[^\n]*\n)+", "", text).lstrip()
    return next((kind for kind in NO_TABLES if re.match(kind.begins, text, re.DOTALL | re.IGNORECASE)), None)
