"""Whoever follows a refusal, or a warning, to the letter gets a right count.

Each table has a fault that its message names; the options, or the names of columns, that the message tells are
taken from its text as they stand, and given.
"""

import re
import shlex
from functools import cache

import numpy as np
import pandas as pd
import pytest
from command_line import run

from imucount.axis_map import AxisMap
from imucount.simulate import Circles, Clip, Movement, simulate

G = 9.80665
DEGREES = 180.0 / np.pi
NAMES = ["t", "ax", "ay", "az", "gx", "gy", "gz"]
OPTIONS = "units|exercise|columns|rate|device|gyr-axes|acc-axes|side"
OPTION = re.compile(rf"(--(?:{OPTIONS}))[ =]('[^']*'|[^\s;()]+[^\s;().,:'])")
NAME = re.compile(r"'(\w+) \(([^)]+)\)'")
STILL = Movement("standing", 5.0)


@cache
def samples(rate_hz=100.0):
    clip = Clip(sampling_rate_hz=rate_hz)
    return simulate((STILL, Circles(8, "forward", 3.0), STILL), clip=clip, seed=7).samples


def table(rate_hz=100.0, **factors):
    """Write what was measured with some of it so many times as large: t, acc, gyr."""
    taken = samples(rate_hz)
    parts = {"t": taken.t[:, np.newaxis], "acc": taken.acc, "gyr": taken.gyr}
    return pd.DataFrame(
        np.hstack([factors.get(name, 1.0) * values for name, values in parts.items()]), columns=NAMES
    )


def renamed(frame, **units):
    """Have columns of a letter say a unit."""
    return frame.rename(columns={name: f"{name} ({units[name[0]]})" for name in NAMES if name[0] in units})


def with_axes(acc="x,y,z", gyr="x,y,z"):
    frame = table()
    frame[NAMES[1:4]] = AxisMap(acc).apply(frame[NAMES[1:4]].to_numpy())
    frame[NAMES[4:]] = AxisMap(gyr).apply(frame[NAMES[4:]].to_numpy())
    return frame


def numbered():
    frame = table()
    frame["t"] = np.arange(len(frame))
    return frame


def of_two_devices():
    first, second = table(), table()
    second[NAMES[1:]] = second[["ay", "az", "ax", "gy", "gz", "gx"]]
    second["t"] += 0.004
    frame = pd.concat([first.assign(device="A"), second.assign(device="B")])
    return frame.sort_values("t", kind="stable")


FAULTS = {
    "acceleration in g": lambda: table(acc=1.0 / G),
    "acceleration in mg": lambda: table(acc=1000.0 / G),
    "acceleration in m/s^2 under a label of g": lambda: renamed(table(), a="g"),
    "angular rate in deg/s": lambda: table(gyr=DEGREES),
    "angular rate in deg/s under a label of rad/s": lambda: renamed(table(gyr=DEGREES), g="rad/s"),
    "angular rate in rad/s under a label of deg/s": lambda: renamed(table(), g="deg/s"),
    "time in ms under a label of s": lambda: renamed(table(t=1e3), t="s"),
    "time in us under a label of s": lambda: renamed(table(t=1e6), t="s"),
    "time in s under a label of ms": lambda: renamed(table(), t="ms"),
    "the number of the row for the time": numbered,
    "rows of two devices": of_two_devices,
}


def told(result):
    return " ".join(result.output.split())


def options_in(text):
    return [part for option, value in OPTION.findall(text) for part in (option, shlex.split(value)[0])]


def count(path, *options):
    return run("count", path, *options, *([] if "--side" in options else ["--side", "right"]))


@pytest.mark.parametrize("fault", FAULTS)
def test_the_options_that_a_refusal_names_give_a_right_count(fault, tmp_path):
    path = tmp_path / "x.csv"
    FAULTS[fault]().to_csv(path, index=False)
    refused = count(path)
    assert refused.exit_code == 1
    options = options_in(told(refused))
    assert options
    followed = count(path, *options)
    assert (followed.exit_code, "8 circles in 1 set: 8 forward" in told(followed)) == (0, True), told(followed)


@pytest.mark.parametrize("fault", [each for each in FAULTS if " in " in each and "time" not in each])
def test_so_do_the_names_of_columns(fault, tmp_path):
    path = tmp_path / "x.csv"
    frame = FAULTS[fault]()
    frame.to_csv(path, index=False)
    ((name, unit),) = NAME.findall(told(count(path)))
    of_kind = [column for column in frame if column[0] == name[0]]
    frame.rename(columns={column: f"{column[:2]} ({unit})" for column in of_kind}).to_csv(path, index=False)
    assert "8 circles in 1 set: 8 forward" in told(count(path))


def test_a_rate_too_low_for_circles_is_enough_for_the_exercise_that_is_named(tmp_path):
    path = tmp_path / "x.csv"
    table(rate_hz=9.99).to_csv(path, index=False)
    refused = count(path)
    assert refused.exit_code == 1
    assert "8 reps in 1 set" in told(count(path, *options_in(told(refused))))


@pytest.mark.parametrize("axes", [{"gyr": "x,y,-z"}, {"gyr": "y,x,z"}, {"gyr": "y,z,x"}, {"acc": "-x,y,z"}])
def test_the_axes_that_a_warning_names_first_or_second_give_a_right_count(axes, tmp_path):
    path = tmp_path / "x.csv"
    with_axes(**axes).to_csv(path, index=False)
    doubtful = told(count(path))
    assert "8 of unknown direction" in doubtful
    options = options_in(doubtful)
    counts = [told(count(path, *options[start : start + 2])) for start in range(0, len(options), 2)]
    # Where two explain it alike, they tell opposite directions, and the maker knows which it is.
    found = {"8 forward" in each for each in counts}
    assert found == ({True} if len(counts) == 1 else {True, False})
    assert not any("axes" in each for each in counts)


def test_the_side_that_is_asked_for_gives_directions(tmp_path):
    path = tmp_path / "x.csv"
    table().to_csv(path, index=False)
    asked = told(run("count", path))
    assert "on the command line --side" in asked
    assert "8 forward" in told(count(path, "--side", "right"))
