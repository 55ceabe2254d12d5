"""What users write passes the strictest type checking."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.skipif(find_spec("mypy") is None, reason="mypy is not installed")
def test_public_uses_pass_strict_mypy():
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--warn-unreachable", "tests/public_uses.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
