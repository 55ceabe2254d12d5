"""docs/results.md: its columns and keys are those that come out."""

import json
import re
from pathlib import Path

import pytest

import imucount

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")


def names_told(table):
    """Names in the first column of a table of the page, which begins with this heading."""
    rows = PAGE.split(f"| {table} | what |\n|---|---|\n")[1].split("\n\n")[0].splitlines()
    return [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]


def names_in(value):
    """Keys of JSON, and of what is within, however deep."""
    if isinstance(value, list):
        return {name for each in value for name in names_in(each)}
    return set(value) | names_in(list(value.values())) if isinstance(value, dict) else set()


@pytest.fixture(scope="module")
def session():
    samples = imucount.read_csv(ROOT / "recordings" / "fast.csv").samples
    session = imucount.count(imucount.Samples.concatenate([samples[:1500], samples[2000:]]), side="right")
    assert session.sets
    assert session.gaps
    return session


def test_the_columns_are_those_that_come_out(session):
    of_rep, of_set = names_told("column"), names_told("column of a set")
    assert of_rep == session.to_frame().reset_index().columns.tolist()
    assert [*of_set, *of_rep[of_rep.index("side") :]] == session.to_frame("sets").reset_index().columns.tolist()


def test_the_keys_are_those_that_come_out(session):
    document = json.loads(session.to_json())
    assert set(names_told("key")) == set(document) | {"tempo", "reps"}
    assert names_in(document) <= set(re.findall(r"`(\w+)`", PAGE))
    assert document["schema_version"] == 1
