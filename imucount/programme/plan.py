"""Programme: the sets that a person is asked to do, and the small TOML file that says so."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from os import PathLike, fspath
from typing import Any, Literal, Self, get_args

from imucount.errors import ProgrammeError

__all__ = ["PlannedDirection", "PlannedSet", "Programme"]

PlannedDirection = Literal["forward", "backward", "any"]

MOST_REPS = 1000
MOST_SETS = 100
LONGEST_FILE = 1 << 16
"""A programme of a hundred sets has a tenth of these bytes."""

REST_S = 30.0
"""Rest between sets where a programme does not say it: as long as ten circles of 3 s take."""


@dataclass(frozen=True, slots=True)
class PlannedSet:
    """One set that is to be done.

    Parameters
    ----------
    reps : int
        Circles, 1 to 1000.
    direction : {"forward", "backward", "any"}
        Forward goes back, up, forward, down.
    period_s : float, optional
        Length that a circle should have, s; without it any tempo is right.
    rest_s : float, default 30
        Rest that should follow before the next set, s.

    Raises
    ------
    ProgrammeError
        If one of them is not possible.
    """

    reps: int
    direction: PlannedDirection = "any"
    period_s: float | None = None
    rest_s: float = REST_S

    def __post_init__(self) -> None:
        if isinstance(self.reps, bool) or not isinstance(self.reps, int) or not 1 <= self.reps <= MOST_REPS:
            raise ProgrammeError(f"expected reps to be a whole number from 1 to {MOST_REPS}, got {self.reps!r}")
        if self.direction not in get_args(PlannedDirection):
            raise ProgrammeError(
                f'expected the direction "forward", "backward" or "any", got {str(self.direction)[:40]!r}'
            )
        if self.period_s is not None and not _is_number(self.period_s, 0.2, 60.0):
            raise ProgrammeError(
                f"expected period_s, the length of a circle, from 0.2 to 60 s, got {self.period_s!r}"
            )
        if not _is_number(self.rest_s, 0.0, 3600.0):
            raise ProgrammeError(f"expected rest_s from 0 to 3600 s, got {self.rest_s!r}")


@dataclass(frozen=True, slots=True)
class Programme:
    """Sets that are to be done, one after the other.

    Parameters
    ----------
    sets : tuple of PlannedSet
        1 to 100.
    name : str, optional
        What to call it.

    Raises
    ------
    ProgrammeError
        If there are no sets, or more than 100.

    Examples
    --------
    >>> programme = Programme.prescribed()
    >>> [(each.reps, each.direction) for each in programme.sets[2:4]]
    [(10, 'forward'), (10, 'backward')]
    """

    sets: tuple[PlannedSet, ...]
    name: str = ""

    def __post_init__(self) -> None:
        if not 1 <= len(self.sets) <= MOST_SETS:
            raise ProgrammeError(f"expected 1 to {MOST_SETS} sets in a programme, got {len(self.sets)}")

    @property
    def reps(self) -> int:
        """Reps of all sets."""
        return sum(each.reps for each in self.sets)

    @classmethod
    def prescribed(cls, *, period_s: float | None = None, rest_s: float = REST_S) -> Self:
        """Return the programme that mobilises the upper back: 3 x 10 forward and 3 x 10 backward circles.

        Parameters
        ----------
        period_s : float, optional
            Length that a circle should have, s.
        rest_s : float, default 30
            Rest between sets, s.
        """
        forward = PlannedSet(10, "forward", period_s, rest_s)
        backward = PlannedSet(10, "backward", period_s, rest_s)
        return cls((forward,) * 3 + (backward,) * 3, "upper back")

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Read a programme from a TOML file.

        The file has an optional `name` and a `[[sets]]` table for each set, or for several alike:

        .. code-block:: toml

            name = "mornings"

            [[sets]]
            times = 2              # so many such sets; 1 by default
            reps = 8
            direction = "forward"  # or "backward"; "any" by default
            period_s = 4           # optional
            rest_s = 20            # 30 by default

        Raises
        ------
        ProgrammeError
            If there is no such file, or it holds something else; with the name of the file.
        """
        name = fspath(path)
        try:
            with open(name, "rb") as file:
                content = file.read(LONGEST_FILE + 1)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise ProgrammeError(
                f"{name or repr(name)}: expected a programme, got: {reason}; is the path right?"
            ) from error
        try:
            if len(content) > LONGEST_FILE:
                raise ProgrammeError(f"expected a file of at most {LONGEST_FILE} bytes, got a longer one")
            return cls._of(tomllib.loads(content.decode("utf-8")))
        except UnicodeDecodeError as error:
            raise ProgrammeError(f"{name}: expected text in UTF-8, got other bytes; is it a TOML file?") from error
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            reason = str(error).partition("\n")[0][:80]
            raise ProgrammeError(f"{name}: expected TOML, got something else: {reason}") from error
        except ProgrammeError as error:
            raise ProgrammeError(f"{name}: {error}") from error

    @classmethod
    def _of(cls, document: Mapping[str, Any]) -> Self:
        _refuse_others(document, ("name", "sets"), "a programme")
        name = document.get("name", "")
        if not isinstance(name, str):
            raise ProgrammeError(f"expected the name to be text, got {str(name)[:40]!r}")
        rows = document.get("sets")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ProgrammeError("expected a [[sets]] table for each set, got none")
        sets: list[PlannedSet] = []
        for number, row in enumerate(rows, start=1):
            where = f"[[sets]] number {number}"
            _refuse_others(row, ("times", "reps", "direction", "period_s", "rest_s"), where)
            if "reps" not in row:
                raise ProgrammeError(f"expected reps in {where}, got none")
            times = row.get("times", 1)
            if isinstance(times, bool) or not isinstance(times, int) or not 1 <= times <= MOST_SETS:
                raise ProgrammeError(
                    f"expected times in {where} to be a whole number from 1 to {MOST_SETS}, got {str(times)[:40]}"
                )
            try:
                sets += [PlannedSet(**{key: row[key] for key in row if key != "times"})] * times
            except ProgrammeError as error:
                raise ProgrammeError(f"{error}, in {where}") from error
        return cls(tuple(sets), name)


def _refuse_others(table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    others = sorted(set(table) - set(known))
    if others:
        raise ProgrammeError(f"expected {', '.join(known)} in {where}, got {others[0][:40]!r}; is it misspelt?")


def _is_number(value: object, least: float, most: float) -> bool:
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and isfinite(value)
        and least <= value <= most
    )
