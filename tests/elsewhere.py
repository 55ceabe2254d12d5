"""The lines of the page that read what imucount writes elsewhere."""

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "results.md"
PROGRAMS = {"pandas": "python", "polars": "python", "R": "R", "R, data.table": "R", "Octave": "octave"}


@dataclass(frozen=True)
class Line:
    """A line of code that reads a file, in which the name of the file is that of a variable."""

    where: str
    file: str
    code: str

    @property
    def program(self):
        return PROGRAMS.get(self.where, "matlab")

    def __str__(self):
        return f"{self.where} {self.file}"


def lines():
    page = PAGE.read_text(encoding="utf-8").partition("## Read it elsewhere")[2]
    rows = re.findall(r"^\| (.+?) \| `(\w+)` \| `(.+)` \|$", page, re.MULTILINE)
    return [Line(*row) for row in rows]


LINES = lines()
