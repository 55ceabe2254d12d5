"""JSON that others may have written or damaged: read with one short sentence for whatever is wrong with it."""

from __future__ import annotations

import json
import math
from os import PathLike, fspath
from typing import Any, NoReturn

from imucount.errors import CountingError, RecordingError
from imucount.outside_text import quoted

__all__ = ["JsonObject", "read_json_file"]

LONGEST_FILE = 64 << 20
"""Bytes; a session of a day has a tenth of it. A device such as /dev/zero never ends."""


class JsonObject:
    """An object of JSON whose members are taken by name and kind.

    Parameters
    ----------
    members : dict
    what : str
        What it is, such as "a profile", for the sentences.

    Raises
    ------
    CountingError
        By every method, if the member is missing or of another kind, in one sentence.

    Examples
    --------
    >>> document = JsonObject.from_text('{"side": "left", "up": [0, 0, 1]}', "a profile")
    >>> document.choice("side", "left", "right", None), document.numbers("up", 3)
    ('left', (0.0, 0.0, 1.0))
    >>> document.number("circles")
    Traceback (most recent call last):
    imucount.errors.CountingError: expected a number as 'circles' of a profile, got none; was it edited or damaged?
    """

    def __init__(self, members: dict[str, Any], what: str) -> None:
        self._members = members
        self._what = what

    @classmethod
    def from_text(cls, text: str, what: str) -> JsonObject:
        """Parse text that must be one object."""
        try:
            members = json.loads(text, parse_constant=_no_constant)
            if "\\u" in text or not text.isascii():  # half a character is none, and no file can hold it
                json.dumps(members, ensure_ascii=False).encode()
        except (TypeError, ValueError, RecursionError, MemoryError) as error:
            where = f"; it breaks off at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
            raise CountingError(
                f"expected the JSON of {what}, got text that is none{where}; was it edited or damaged?"
            ) from error
        if not isinstance(members, dict):
            raise CountingError(f"expected the JSON of {what}, got {_shown(members)}; is it another file?")
        return cls(members, what)

    def check_version(self, version: int, by: str) -> None:
        """Refuse another "schema_version" than this one.

        Parameters
        ----------
        version : int
        by : str
            What writes it, such as "`imucount teach`".
        """
        got = self._members.get("schema_version")
        if got is None:
            raise CountingError(
                f"expected {self._what} as {by} writes it, got JSON without a schema_version; is it another file?"
            )
        if got != version or isinstance(got, bool):
            raise CountingError(
                f"expected {self._what} of version {version}, got {_shown(got)}; did a newer imucount make it?"
            )

    @property
    def kind(self) -> object:
        """What the member "kind" says; None without one."""
        return self._members.get("kind")

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def number(self, name: str, low: float = -math.inf, high: float = math.inf) -> float:
        """Give a finite number from `low` to `high`."""
        value = self._members.get(name)
        number = _finite(value)
        if number is None or not low <= number <= high:
            self._fail(name, "a number" + _bounds(low, high), value)
        return number

    def number_or_none(self, name: str, low: float = -math.inf, high: float = math.inf) -> float | None:
        """Give a finite number from `low` to `high`, or None for null."""
        return None if name in self and self._members[name] is None else self.number(name, low, high)

    def whole(self, name: str, low: int = 0) -> int:
        """Give a whole number from `low`."""
        value = self._members.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= 2**53:
            self._fail(name, f"a whole number from {low}", value)
        return value

    def text(self, name: str) -> str:
        """Give a text."""
        value = self._members.get(name)
        if not isinstance(value, str):
            self._fail(name, "a text", value)
        return value

    def choice(self, name: str, *choices: str | None) -> str | None:
        """Give one of several texts, or None where that is one of them and it is null."""
        value = self._members.get(name, ...)
        if not (value is None or isinstance(value, str)) or value not in choices:
            wanted = ", ".join("null" if each is None else repr(each) for each in choices)
            self._fail(name, f"one of {wanted}", None if value is ... else value)
        return value

    def numbers(self, name: str, n: int) -> tuple[float, ...]:
        """Give a list of `n` finite numbers."""
        values = self._members.get(name)
        found = [_finite(value) for value in values] if isinstance(values, list) else []
        numbers = tuple(number for number in found if number is not None)
        if not isinstance(values, list) or not len(numbers) == len(values) == n:
            self._fail(name, f"{n} numbers", values)
        return numbers

    def table(self, name: str, rows: int, n: int) -> tuple[tuple[float, ...], ...]:
        """Give a list of `rows` lists of `n` finite numbers each."""
        values = self._members.get(name)
        if not isinstance(values, list) or len(values) != rows:
            self._fail(name, f"{rows} lists of {n} numbers", values)
        each = JsonObject({f"{name}[{row}]": value for row, value in enumerate(values)}, self._what)
        return tuple(each.numbers(f"{name}[{row}]", n) for row in range(rows))

    def list_of_numbers(self, name: str) -> tuple[float, ...]:
        """Give a list of finite numbers, of any length."""
        values = self._members.get(name)
        return self.numbers(name, len(values) if isinstance(values, list) else 0)

    def texts(self, name: str) -> tuple[str, ...]:
        """Give a list of texts."""
        values = self._members.get(name)
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            self._fail(name, "a list of texts", values)
        return tuple(values)

    def objects(self, name: str, what: str) -> tuple[JsonObject, ...]:
        """Give a list of objects, each of which is `what`."""
        values = self._members.get(name)
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            self._fail(name, "a list of objects", values)
        return tuple(JsonObject(value, what) for value in values)

    def is_null(self, name: str) -> bool:
        """Whether a member is null."""
        return name in self and self._members[name] is None

    def flag_or_none(self, name: str) -> bool | None:
        """Give true or false, or None for null."""
        value = self._members.get(name, ...)
        if value is not None and not isinstance(value, bool):
            self._fail(name, "true, false or null", value)
        return value

    def members_or_none(self, name: str) -> dict[str, Any] | None:
        """Give the members of an object as they are, or None for null."""
        value = self._members.get(name, ...)
        if value is not None and not isinstance(value, dict):
            self._fail(name, "an object or null", value)
        return value

    def _fail(self, name: str, wanted: str, got: object) -> NoReturn:
        seen = _shown(got) if name in self._members else "none"
        raise CountingError(
            f"expected {wanted} as {name!r} of {self._what}, got {seen}; was it edited or damaged?"
        )


def read_json_file(path: str | PathLike[str], what: str, longest: int = LONGEST_FILE) -> str:
    """Read the text of a JSON file.

    Parameters
    ----------
    path : path-like
    what : str
        What it should hold, such as "a profile", for the sentences.
    longest : int
        Bytes; a larger file is refused without reading on.

    Raises
    ------
    RecordingError
        If it cannot be read, is longer, or is no text in UTF-8.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(longest + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise RecordingError(f"expected {what}, got: {reason}", fspath(path)) from error
    if len(data) > longest:
        raise RecordingError(
            f"expected {what}, got more than {longest:,} bytes, which none has; is it another file?", fspath(path)
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecordingError(f"expected {what}, got bytes that are no text in UTF-8", fspath(path)) from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value) if math.isfinite(float(value)) else None
    except OverflowError:
        return None


def _bounds(low: float, high: float) -> str:
    if low == -math.inf and high == math.inf:
        return ""
    if high == math.inf:
        return f" from {low:g}"
    return f" up to {high:g}" if low == -math.inf else f" from {low:g} to {high:g}"


def _shown(value: object) -> str:
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else f"a list of {len(value)}"
    if isinstance(value, str):
        return quoted(value, 40)
    if isinstance(value, int) and abs(value) > 1e15:
        return "a number that is too large"
    return "null" if value is None else repr(value)
