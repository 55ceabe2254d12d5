import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import imucount
from imucount.form import Form, FormMeter, SetForm, form_of, forms_of_json, forms_to_json
from imucount.form.recent import Recent
from imucount.samples import Samples
from imucount.simulate import Circles, Clip, Manner, Movement, Wearer, simulate

STILL = Movement("standing", 4.0)


def done(*parts, side="right", clip=None, seed=2):
    simulation = simulate([STILL, *parts, STILL], wearer=Wearer(side=side), clip=clip, seed=seed)
    return simulation, imucount.count(simulation.samples, side=side)


@pytest.fixture(scope="module")
def fluid():
    return done(Circles(8, "forward"))


def medians(simulation, session):
    return SetForm.of(form_of(simulation.samples, session.reps, session.side))


def test_fluid_circles_are_round_even_and_smooth(fluid):
    form = medians(*fluid)
    assert form.n == 8
    assert form.roundness > 0.85
    assert form.evenness > 0.6
    assert -3.0 < form.smoothness < -1.8


def test_separate_moves_are_less_smooth_and_have_corners(fluid):
    form, separate = medians(*fluid), medians(*done(Circles(8, "forward", period_s=4.0, separate=True)))
    assert separate.smoothness < form.smoothness - 1.0
    assert separate.roundness < form.roundness - 0.1


@pytest.mark.parametrize("period_s", [2.0, 6.0])
def test_smoothness_and_roundness_hardly_depend_on_tempo_and_size(fluid, period_s):
    form = medians(*fluid)
    other = medians(*done(Circles(8, "forward", period_s=period_s, elevation_deg=12.0, protraction_deg=8.0)))
    assert other.smoothness == pytest.approx(form.smoothness, abs=0.5)
    assert other.roundness == pytest.approx(form.roundness, abs=0.08)


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_a_loop_goes_round_as_its_direction_says(side, direction):
    simulation, session = done(Circles(4, direction), side=side)
    for rep, form in zip(session.reps, form_of(simulation.samples, session.reps, side), strict=True):
        assert rep.direction == direction
        protraction, elevation = np.array(form.loop).T
        assert elevation.mean() > 0.0  # from the lowest point up
        area = np.sum(protraction * np.roll(elevation, -1) - np.roll(protraction, -1) * elevation)
        assert (area < 0.0) == (direction == "forward")  # clockwise, with forward to the right
        assert np.ptp(elevation) == pytest.approx(rep.elevation_deg, rel=0.25)
        assert np.ptp(protraction) == pytest.approx(rep.protraction_deg, rel=0.25)


@given(st.lists(st.integers(1, 400), min_size=1, max_size=30))
def test_a_meter_tells_the_same_however_the_stream_is_cut(fluid, sizes):
    simulation, session = fluid
    samples, meter = simulation.samples, FormMeter("right")
    start = 0
    for size in [*sizes, len(samples)]:
        meter.update(samples[start : start + size])
        start += size
    assert tuple(map(meter.measure, session.reps)) == form_of(samples, session.reps, "right")


@pytest.mark.parametrize("cut", range(1, 10))
def test_what_is_recent_is_the_same_wherever_it_is_cut(cut):
    samples = Samples(np.arange(10.0) / 50.0, np.full((10, 3), [0.0, 0.0, 9.81]))
    recent = Recent()
    recent.update(samples[:cut])
    recent.update(samples[cut:])
    assert recent.between(0.05, 0.11).t.tolist() == [0.04, 0.06, 0.08, 0.1, 0.12]


def test_a_trail_goes_where_the_loop_goes(fluid):
    """What was drawn half-way is the first half of what the circle is in the end."""
    simulation, session = fluid
    samples, meter = simulation.samples, FormMeter("right")
    third, fourth = session.reps[2:4]
    half_s = 0.5 * (fourth.start_s + fourth.end_s)
    assert meter.trail == ()
    meter.update(samples[: int(np.searchsorted(samples.t, half_s))])
    assert meter.trail == ()  # no circle is known yet
    meter.measure(third)
    trail = meter.trail
    loop = form_of(samples, [fourth], "right")[0].loop
    assert len(trail) == pytest.approx(12.5 * fourth.duration_s / 2, abs=2)
    assert np.linalg.norm(np.array(trail[-1]) - loop[16]) < 3.0


def test_without_a_gyroscope_only_the_size_is_known():
    simulation, session = done(Circles(6, "forward"), clip=Clip(gyroscope=False))
    form = medians(simulation, session)
    assert form.size_deg is not None
    assert (form.roundness, form.evenness, form.smoothness) == (None, None, None)


def test_a_circle_with_a_hole_in_it_is_not_measured(fluid):
    simulation, session = fluid
    samples, rep = simulation.samples, session.reps[3]
    there = (samples.t < rep.start_s + 1.0) | (samples.t > rep.start_s + 1.5)
    holed = imucount.Samples(samples.t[there], samples.acc[there], samples.gyr[there])
    before, form = form_of(holed, session.reps[2:4], "right")
    assert before.roundness is not None
    assert (form.roundness, form.smoothness, form.loop) == (None, None, ())
    assert form.size_deg is not None


def test_shrinking_circles_are_seen_to_shrink():
    simulation, session = done(Circles(10, "forward", manner=Manner(shrinking=0.5)))
    sizes = [form.size_deg for form in form_of(simulation.samples, session.reps)]
    assert np.mean(sizes[-3:]) < 0.75 * np.mean(sizes[:3])


def test_what_is_written_is_read_back(fluid):
    simulation, session = fluid
    forms = form_of(simulation.samples, session.reps, "right")
    unknown = Form(0.0, 1.0, None, None, None, None)
    assert forms_of_json(forms_to_json([*forms, unknown])) == (*forms, unknown)


@pytest.mark.parametrize("text", ["", "[]", '{"schema_version": 9}', '{"schema_version": 1, "forms": [{}]}'])
def test_damage_is_told(text):
    with pytest.raises(imucount.ImucountError):
        forms_of_json(text)
