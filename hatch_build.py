"""Compiles the core while the package is built: for a wheel into it, for an editable install into its folder.

`python hatch_build.py FOLDER` builds the wheels for all machines; it takes the packages hatchling and ziglang.
"""

from __future__ import annotations

import os
import platform
import runpy
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MACHINES = {
    "x86_64-linux-gnu.2.17": ("linux", "manylinux_2_17_x86_64.manylinux2014_x86_64"),
    "aarch64-linux-gnu.2.17": ("linux", "manylinux_2_17_aarch64.manylinux2014_aarch64"),
    "x86_64-linux-musl": ("linux", "musllinux_1_2_x86_64"),
    "aarch64-linux-musl": ("linux", "musllinux_1_2_aarch64"),
    "x86_64-macos.11.0": ("darwin", "macosx_11_0_x86_64"),
    "aarch64-macos.11.0": ("darwin", "macosx_11_0_arm64"),
    "x86_64-windows-gnu": ("win32", "win_amd64"),
    "aarch64-windows-gnu": ("win32", "win_arm64"),
}
"""Of each machine, as zig calls it: the system, and the tag of its wheel."""

FOR_MACHINE = "IMUCOUNT_WHEEL_FOR"
"""Names the machine that a wheel is for, where it is another one."""


class CoreBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the compiled core to what is built."""

    def dependencies(self) -> list[str]:
        """Ask for a compiler of C where the machine has none."""
        return [] if self._build()["native_compiler"]() and FOR_MACHINE not in os.environ else ["ziglang"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the core."""
        build = self._build()
        system, tag, command = sys.platform, _platform(), None
        if machine := os.environ.get(FOR_MACHINE):
            system, tag = MACHINES[machine]
            command = [sys.executable, "-m", "ziglang", "cc", "-target", machine]
        package = Path("imucount", "core", build["library_name"](system))
        if version == "editable":
            build["compile_core"](Path(self.root) / package, command)
        else:
            self._folder = tempfile.mkdtemp()
            build["compile_core"](Path(self._folder) / package.name, command)
            build_data["force_include"][str(Path(self._folder) / package.name)] = str(package)
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{tag}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was compiled for a wheel."""
        if version != "editable":
            shutil.rmtree(self._folder)

    def _build(self) -> dict[str, Any]:
        return runpy.run_path(str(Path(self.root, "imucount", "core", "build.py")))


def _platform() -> str:
    """Give the tag of this machine: one library serves all versions of Python on it."""
    if sys.platform == "darwin":  # what Python was built for may be more than the compiler compiles for
        return f"macosx_{platform.mac_ver()[0].split('.')[0]}_0_{platform.machine()}"
    return sysconfig.get_platform().replace("-", "_").replace(".", "_")


def build_for_all(folder: str) -> None:
    """Build the wheels for all machines."""
    for machine in MACHINES:
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", os.path.abspath(folder)],
            check=True,
            cwd=Path(__file__).parent,
            env=os.environ | {FOR_MACHINE: machine},
        )


if __name__ == "__main__":
    build_for_all(sys.argv[1])
