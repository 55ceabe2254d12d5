"""What of many alike cases a short test run takes; the long one, `pytest -m 'long or not long'`, takes all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

__all__ = ["one_in"]


def one_in(n: int, cases: Iterable[Any]) -> list[Any]:
    """Give cases of a parametrised test, of which the first of each n is in a short run; others are `long`.

    A tuple stands for several arguments.
    """
    return [
        case if number % n == 0 else pytest.param(*_values(case), marks=pytest.mark.long)
        for number, case in enumerate(cases)
    ]


def _values(case: Any) -> tuple[Any, ...]:
    return case if isinstance(case, tuple) else (case,)
