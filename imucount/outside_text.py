"""Text from outside, such as names of clips, files and columns: shown as it is written, and never obeyed.

Whoever shows or keeps such text takes it through here. What a terminal would take for a command becomes visible,
what would begin another line does not, and it is cut to a length. Markup is nothing here: whoever draws with a
library that knows some hands it the text as text.
"""

from __future__ import annotations

__all__ = ["in_words", "printable_line", "quoted"]

LONGEST_LINE = 2000
"""Characters of a sentence that quotes several names; a screen full."""

LONGEST_QUOTE = 120
"""Characters of one name or value in a sentence."""


def printable_line(text: str, longest: int = LONGEST_LINE) -> str:
    r"""Make one line of any text, with escapes in place of what a terminal would take for a command.

    Examples
    --------
    >>> print(printable_line(" a clip\n named \x1b[31m "))
    a clip  named \x1b[31m
    >>> printable_line("abcdefgh", longest=6)
    'abc...'
    """
    line = " ".join(_cut(text, 4 * longest).splitlines()).strip()
    if not line.isprintable():
        line = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in line)
    return _cut(line, longest)


def quoted(text: str, longest: int = LONGEST_QUOTE) -> str:
    r"""Quote text within a sentence: on one line, cut to a length.

    Examples
    --------
    >>> print(quoted("a\tb"))
    'a\tb'
    """
    return repr(_cut(text, longest))


def in_words(error: object) -> str:
    """Quote within a sentence what code of others raised, or gave.

    Examples
    --------
    >>> in_words(ValueError("no"))
    "ValueError('no')"
    """
    try:
        return printable_line(repr(error), 2 * LONGEST_QUOTE)
    except Exception:  # its words are code of others as well
        return type(error).__name__


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 3] + "..."
