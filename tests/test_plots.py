"""Pictures: what is drawn is what was counted and seen, and nothing is told by colour alone."""

import sys
from functools import cache

import numpy as np
import pytest
from short_run import one_in

from imucount import CountingError, count
from imucount.simulate import Circles, Clip, Movement, simulate

matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed: the extra `plot` brings it")
matplotlib.use("Agg")
plt = pytest.importorskip("matplotlib.pyplot")

STAND = Movement("standing", 6.0)
SCRIPT = (STAND, Circles(4, "forward", 2.5), STAND, Movement("shrugs", 6.0), STAND, Circles(3, "backward"), STAND)
PICTURES = ("plot", "plot_loops", "plot_tempo")


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@cache
def session(exercise="shoulder-circles", side="right", script=SCRIPT, **clip):
    samples = simulate(script, clip=Clip(sampling_rate_hz=40.0, **clip), seed=3).samples
    return count(samples, side, exercise=exercise, keep_signals=True)


SESSIONS = {
    "circles": lambda: session(),
    "cyclic": lambda: session("cyclic"),
    "no side": lambda: session(side=None),
    "no gyroscope": lambda: session(gyroscope=False),
    "a gap": lambda: session(outages=((12.0, 4.0),)),
    "nothing": lambda: session(script=(STAND,)),
    "nothing cyclic": lambda: session("cyclic", script=(STAND,)),
    "hardly a sample": lambda: count(simulate([STAND]).samples[:3], keep_signals=True),
}


@pytest.mark.parametrize("name", one_in(3, SESSIONS))
def test_every_session_can_be_drawn_with_words_and_units(name):
    figure, axes = plt.subplots(1, 3)
    for ax, picture in zip(axes, PICTURES, strict=True):
        getattr(SESSIONS[name](), picture)(ax)
        assert ax.get_xlabel()
        assert "(" in ax.get_ylabel()
    figure.canvas.draw()  # what cannot be drawn fails here


@pytest.mark.parametrize("picture", PICTURES)
def test_it_is_drawn_on_the_axes_that_are_given(picture):
    figure, (left, right) = plt.subplots(1, 2)
    assert getattr(session(), picture)(ax=right) is right
    assert not left.has_data()
    assert right.has_data()
    assert plt.get_fignums() == [figure.number]


def test_the_angles_are_those_of_the_signals():
    ax, signals = session().plot(), session().signals
    drawn = {line.get_label(): line.get_ydata() for line in ax.get_lines()}
    np.testing.assert_array_equal(drawn["elevation"], signals.elevation_deg)
    np.testing.assert_array_equal(drawn["protraction"], signals.protraction_deg)
    assert len(drawn["forward"]) == 4
    assert len(drawn["backward"]) == 3
    assert len(drawn["seen, not counted"]) == len(signals.rejected) > 0


def test_every_rep_has_its_loop():
    drawn = [line.get_xydata() for line in session().plot_loops().get_lines()]
    assert len(drawn) == len(session().reps) == 7
    for line, loop in zip(drawn, session().signals.loops, strict=True):
        np.testing.assert_array_equal(line, np.stack([loop.protraction_deg, loop.elevation_deg], axis=1))


def test_the_tempo_is_that_of_the_reps_and_needs_no_signals():
    bare = count(simulate(SCRIPT, clip=Clip(sampling_rate_hz=40.0), seed=3).samples, "right")
    drawn = {line.get_label(): line.get_xydata() for line in bare.plot_tempo().get_lines()}
    for direction in ("forward", "backward"):
        told = [(rep.start_s, rep.duration_s) for rep in bare.reps if rep.direction == direction]
        np.testing.assert_array_equal(drawn[direction], told)


def test_directions_and_angles_differ_in_shape_and_not_in_colour_alone():
    loops = {line.get_label(): line.get_linestyle() for line in session().plot_loops().get_lines()}
    assert loops["forward, 4"] != loops["backward, 3"]
    marks = {line.get_label(): line.get_marker() for line in session().plot_tempo().get_lines()}
    assert marks["forward"] != marks["backward"]
    lines = {line.get_label(): line.get_linestyle() for line in session().plot().get_lines()}
    assert lines["elevation"] != lines["protraction"]
    axes = {line.get_label(): line.get_linestyle() for line in session("cyclic").plot().get_lines()}
    assert len({axes[f"axis {name}"] for name in "xyz"}) == 3


def test_no_line_is_drawn_across_a_gap():
    (gap,) = session(outages=((12.0, 4.0),)).gaps
    line = session(outages=((12.0, 4.0),)).plot().get_lines()[0]
    t_s = line.get_xdata()
    before = int(np.flatnonzero(t_s < gap.start_s + 0.5)[-1])
    assert np.isnan(t_s[before + 1])


@pytest.mark.parametrize("picture", PICTURES[:2])
def test_a_session_without_signals_says_how_to_get_them(picture):
    with pytest.raises(CountingError, match="keep_signals=True"):
        getattr(count(simulate([STAND]).samples), picture)()


@pytest.mark.parametrize("picture", PICTURES)
def test_without_matplotlib_it_is_said_what_brings_it(picture, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(CountingError, match=r"pip install 'imucount\[plot\]'"):
        getattr(session(), picture)()
