"""How Sphinx makes the pages: `sphinx-build -W docs site`."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import imucount

os.environ.setdefault("MPLBACKEND", "Agg")
sys.path.insert(0, str(Path(__file__).parent / "examples"))  # what the examples import from each other

project = "imucount"
author = "The imucount maintainers"
copyright = "the imucount maintainers, MIT licence"
version = release = imucount.__version__

extensions = ["myst_parser", "numpydoc", "sphinx.ext.autodoc", "sphinx.ext.mathjax", "sphinx_gallery.gen_gallery"]
exclude_patterns = ["examples", "sg_execution_times.rst"]

html_theme = "alabaster"
html_theme_options = {"description": "Counts shoulder circles, with the direction of each", "fixed_sidebar": True}

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

sphinx_gallery_conf = {
    "examples_dirs": "examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"\.py",
    "ignore_pattern": r"(__init__|simulated)\.py",
    "download_all_examples": False,
    "show_memory": False,
    "min_reported_time": 1e9,
    "remove_config_comments": True,
    "abort_on_example_error": True,
}


def _tell_files(app: object, docname: str, source: list[str]) -> None:
    """Name the files beside docs/ that a page leads to: they are in the source tree, and no pages of this site."""
    source[0] = re.sub(r"\[([^\]]+)\]\(\.\./([^)]+)\)", r"\1 (`\2`)", source[0])


def setup(app: Any) -> None:
    """Have pages changed as they are read."""
    app.connect("source-read", _tell_files)
