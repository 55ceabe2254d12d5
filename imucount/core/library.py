"""The compiled core, loaded."""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imucount.core.build import FOLDER, library_name, sources_sum
from imucount.errors import ImucountError

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Pinned", "address", "core"]

_POINTER, _SIZE, _DOUBLE = ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_double

FUNCTIONS: dict[str, tuple[type | None, list[type]]] = {
    "imucount_filter": (None, [_POINTER, _POINTER, _SIZE, _POINTER, _POINTER, _POINTER, _SIZE, _SIZE]),
    "imucount_grid": (_SIZE, [_POINTER, _POINTER, _POINTER, _POINTER, _SIZE, _SIZE, _POINTER, _SIZE]),
    "imucount_plane_size": (_SIZE, []),
    "imucount_plane_means": (None, [_POINTER, _POINTER, _SIZE, _POINTER]),
    "imucount_plane_motion": (_SIZE, [_POINTER, _POINTER, _SIZE, _SIZE, _SIZE, _POINTER, _SIZE]),
    "imucount_resolve": (None, [_POINTER, _POINTER, _SIZE, _SIZE, _POINTER]),
    "imucount_finder_size": (_SIZE, []),
    "imucount_finder_update": (
        _SIZE,
        [_POINTER, _POINTER, _SIZE, _SIZE, _SIZE, _SIZE, _SIZE, _POINTER, _SIZE],
    ),
    "imucount_finder_finish": (None, [_POINTER, _SIZE, _POINTER]),
    "imucount_loop_size": (_SIZE, []),
    "imucount_measure": (_SIZE, [_POINTER, _POINTER, _SIZE, _POINTER]),
    "imucount_repetition": (None, [_POINTER, *[_SIZE] * 6, _DOUBLE, *[_POINTER] * 3]),
    "imucount_runs": (_SIZE, [_POINTER, _SIZE, _SIZE, _POINTER, _DOUBLE, _POINTER, _POINTER]),
    "imucount_cycles": (
        None,
        [_POINTER, _SIZE, _SIZE, _POINTER, _SIZE, _POINTER, _POINTER, _POINTER, _SIZE, _DOUBLE, _POINTER],
    ),
    "imucount_rows": (_SIZE, [_POINTER, _SIZE, _SIZE, _SIZE, _POINTER, _POINTER, _SIZE, _SIZE, _POINTER]),
    "imucount_cover": (None, [_POINTER, _SIZE, _POINTER, _SIZE, _DOUBLE, _DOUBLE, *[_POINTER] * 3]),
}
"""What each function returns and takes, as `core.h` declares it; pointers are addresses."""

REMEDY = "`pip install` imucount anew, or, where its sources are, run `python -m imucount.core.build`"


@cache
def core() -> ctypes.CDLL:
    """Load the core.

    Raises
    ------
    ImucountError
        If it is not there, was made of other sources, or cannot be loaded on this machine.
    """
    return load_from(FOLDER / library_name())


def load_from(path: Path) -> ctypes.CDLL:
    """Load the core from a file, as `core` does."""
    if not path.exists():
        raise ImucountError(f"expected the compiled core of imucount at {path}, found no such file; {REMEDY}")
    try:
        library = ctypes.CDLL(str(path))
        library.imucount_sources.restype = ctypes.c_char_p
        made_of = library.imucount_sources().decode()
        if made_of != sources_sum():
            raise ImucountError(
                f"expected the compiled core of imucount, {path}, to be made of the sources beside it, got one of "
                f"others, which were probably updated since; {REMEDY}"
            )
        for name, (result, arguments) in FUNCTIONS.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    except (OSError, AttributeError) as error:
        raise ImucountError(
            f"expected the compiled core of imucount at {path} to be for this machine, got {error}; {REMEDY}"
        ) from error
    return library


def address(array: np.ndarray[Any, Any]) -> int:
    """Give where an array lies in memory, which is contiguous: what the core takes for a pointer."""
    where: int = array.__array_interface__["data"][0]
    return where


class Pinned:
    """An array that the core works on again and again: where it lies is looked up once, and anew for a copy.

    Attributes
    ----------
    array : array
    at : int
    """

    __slots__ = ("array", "at")

    def __init__(self, array: np.ndarray[Any, Any]) -> None:
        self.array = array
        self.at = address(array)

    def __reduce__(self) -> tuple[type[Pinned], tuple[np.ndarray[Any, Any]]]:
        return Pinned, (self.array,)
