"""Every test is run: by the command of the README, or by what `.ci/run` adds to it."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OPTIONS = re.findall(r"\.venv/bin/pytest\b(.*)$", (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE)


def collected(options):
    """Names of the tests that pytest would run with these options."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", *shlex.split(options)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    return set(re.findall(r"^\S+::.+$", done.stdout, re.MULTILINE))


@pytest.mark.long
def test_no_test_is_in_none_of_the_runs():
    short, thorough = map(collected, OPTIONS)
    everything = collected("-q -m ''")
    assert short | thorough == everything
    assert everything - short
    assert len(short) > len(thorough - short)
