"""Cyclic counting of real people, where their recordings are at hand.

The folder that IMUCOUNT_REAL_RECORDINGS names holds public data sets, brought to the form that
`benchmarks.counting_units` describes. They are not part of this project. The bounds are below what was reached,
by what a few recordings more or less would change.
"""

import os
from pathlib import Path

import numpy as np
import pytest

import imucount
from benchmarks.counting import judge
from benchmarks.counting_units import units_of

FOLDER = os.environ.get("IMUCOUNT_REAL_RECORDINGS", "")

pytestmark = pytest.mark.skipif(
    not FOLDER, reason="IMUCOUNT_REAL_RECORDINGS names no folder with the public recordings"
)


def outcomes(table, subjects=()):
    units = [
        unit
        for unit in units_of(Path(FOLDER))
        if unit.table.startswith(table) and (not subjects or unit.subject in subjects)
    ]
    assert units
    return [outcome for unit in units for outcome in judge(unit, ["imucount"], "cyclic")]


# Those on whom no constant was tuned, where there are any


def test_sets_of_nominally_twenty_on_the_wrist():
    found = outcomes("spar, whole", ("S4", "S5", "S6"))
    assert np.mean([each.exact for each in found]) >= 0.7
    assert np.mean([each.within for each in found]) >= 0.95
    assert np.mean([abs(each.error) for each in found]) <= 0.3


def test_seven_sets_joined_by_fidgeting():
    found = outcomes("spar, 7", ("S4", "S5", "S6"))
    assert np.mean([each.within for each in found]) >= 0.8  # seven sets, each with a rep more or less at most
    assert abs(sum(each.error for each in found)) <= 0.015 * sum(each.unit.total for each in found)


def test_three_sets_of_ten_with_rests():
    found = outcomes("uci_physio, most active", ("s3",))
    assert np.mean([each.within for each in found]) >= 0.85
    assert abs(sum(each.error for each in found)) <= 0.02 * sum(each.unit.total for each in found)


def test_a_set_between_idle_stretches():
    found = outcomes("gymwatch")[1::2]
    assert np.mean([each.within for each in found]) >= 0.8
    assert sum(each.outside for each in found) <= 0.03 * sum(each.found for each in found)


def test_mixed_exercises_at_10_hz():
    found = outcomes("exermote", ("ind2", "ind3"))
    assert np.median([abs(each.error) / each.unit.total for each in found]) <= 0.06
    assert sum(each.matched for each in found) >= 0.9 * sum(each.labelled for each in found)


def shares_of_doubtful_axes(table, pattern):
    paths = sorted((Path(FOLDER) / table).glob(pattern))
    assert len(paths) > 6
    warnings = [imucount.count(path, exercise="cyclic").warnings for path in paths]
    return np.mean([any("axes are not the same" in each for each in told) for told in warnings])


def test_a_unit_whose_gyroscope_no_turning_of_axes_explains_is_found_out():
    # No matrix makes its angular rate that of its accelerometer; that of subject 1, and all other units, agree.
    assert shares_of_doubtful_axes("uci_physio", "s3_*_u3_test.csv") >= 0.6
    assert shares_of_doubtful_axes("uci_physio", "s1_*_u3_test.csv") == 0.0
    assert shares_of_doubtful_axes("uci_physio", "s3_*_u2_test.csv") == 0.0


def test_watches_on_arms_that_swing_contradict_nothing_by_being_far_from_the_joint():
    assert shares_of_doubtful_axes("spar", "S0[15]_*_L.csv") == 0.0


def test_a_recorded_set_is_the_same_live():
    path = Path(FOLDER) / "spar" / "S05_ABD_L.csv"
    samples = imucount.read_csv(path).samples
    counter = imucount.RepCounter(exercise="cyclic")
    for start in range(0, len(samples), 7):
        counter.update(samples[start : start + 7])
    assert counter.finish() == imucount.count(path, exercise="cyclic")
