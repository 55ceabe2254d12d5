"""Compiles the core while the package is built: for a wheel into it, for an editable install into its folder."""

from __future__ import annotations

import platform
import runpy
import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CoreBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the compiled core to what is built."""

    def dependencies(self) -> list[str]:
        """Ask for a compiler of C where the machine has none."""
        return [] if self._build()["native_compiler"]() else ["ziglang"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the core."""
        build = self._build()
        name = build["library_name"]()
        package = Path("imucount", "core", name)
        if version == "editable":
            build["compile_core"](Path(self.root) / package)
        else:
            self._folder = tempfile.mkdtemp()
            build["compile_core"](Path(self._folder) / name)
            build_data["force_include"][str(Path(self._folder) / name)] = str(package)
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{_platform()}"

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
