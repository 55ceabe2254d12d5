"""Compiles the core: `python -m imucount.core.build`. Needs nothing but Python and a compiler of C.

The build of the package runs this file where nothing of imucount can be imported yet, so it imports nothing of it.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

__all__ = ["FOLDER", "NoCompilerError", "compile_core", "library_name", "native_compiler", "sources_sum"]

FOLDER = Path(__file__).parent

FLAGS = ("-std=c99", "-O2", "-ffp-contract=off", "-fno-math-errno", "-fvisibility=hidden", "-shared")
"""No operation is fused or put elsewhere: the bits are the same on every machine, however a stream is cut."""

TRIAL = "#include <math.h>\n#include <string.h>\ndouble trial(double x) { return sqrt(x); }\n"

ADVICE = "install gcc or clang, or set CC to one, or `pip install ziglang`, which brings one"


class NoCompilerError(Exception):
    """There is no compiler of C, or it did not compile the core."""


def sources_sum() -> str:
    """Sum up the sources, to tell whether a library was made of them."""
    total = 0
    for path in sorted([*FOLDER.glob("*.c"), *FOLDER.glob("*.h")]):
        total = zlib.crc32(path.read_bytes(), total)
    return f"{total:08x}"


def library_name(system: str = sys.platform) -> str:
    """Give the name of the library's file on a system, as `sys.platform` calls it."""
    if system in ("win32", "cygwin"):
        return "imucount.dll"
    return "libimucount.dylib" if system == "darwin" else "libimucount.so"


def native_compiler() -> list[str] | None:
    """Give the command of the compiler that $CC names, or else of one that is installed and can compile."""
    named = os.environ.get("CC")
    for name in [named] if named else ["cc", "gcc", "clang"]:
        command = shlex.split(name)
        if shutil.which(command[0]) and _can_compile(command):
            return command
    return None


def compile_core(library: Path, command: Sequence[str] | None = None, flags: Sequence[str] = ()) -> None:
    """Compile the core.

    Parameters
    ----------
    library : Path
        The file to write. One that is there stays until the new one is whole: programs may be using it.
    command : sequence of str, optional
        The compiler; by default that of the machine, else the one that the package ziglang brings.
    flags : sequence of str
        For the compiler, besides those that the core needs.

    Raises
    ------
    NoCompilerError
    """
    if command is None:
        command = native_compiler()
    if command is None:
        if find_spec("ziglang") is None:
            raise NoCompilerError(f"expected a compiler of C to build the core of imucount, found none; {ADVICE}")
        # Else it compiles for the processor at hand alone.
        command, flags = [sys.executable, "-m", "ziglang", "cc"], [*flags, "-mcpu=baseline"]
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / library.name
        # zig keeps what it compiles: not in the home of whoever installs a package
        caches = dict.fromkeys(["ZIG_GLOBAL_CACHE_DIR", "ZIG_LOCAL_CACHE_DIR"], folder)
        done = subprocess.run(
            [*command, *FLAGS, *([] if library.suffix == ".dll" else ["-fPIC"])]
            + [*flags, f'-DIMUCOUNT_SOURCES="{sources_sum()}"', "-o", str(made)]
            + [str(path) for path in sorted(FOLDER.glob("*.c"))]
            + ([] if library.suffix == ".dll" else ["-lm"]),
            capture_output=True,
            text=True,
            env=caches | os.environ,
        )
        if done.returncode != 0:
            raise NoCompilerError(
                f"expected {shlex.join(command)} to compile the core of imucount, but it said: "
                f"{done.stderr.strip()}; {ADVICE}"
            )
        partial = library.with_name(f".{library.name}.{os.getpid()}")
        shutil.copyfile(made, partial)
        os.replace(partial, library)


def _can_compile(command: Sequence[str]) -> bool:
    """Whether it has what it takes: some machines have a compiler without headers."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "trial.c"
        source.write_text(TRIAL)
        done = subprocess.run(
            [*command, "-shared", "-o", str(source.with_suffix(".so")), str(source)], capture_output=True
        )
        return done.returncode == 0


if __name__ == "__main__":
    try:
        compile_core(FOLDER / library_name())
    except NoCompilerError as error:
        sys.exit(str(error))
