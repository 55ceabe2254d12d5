"""Clips whose gyroscope sits turned on its board: told on opening them, or by the description of their kind."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from short_run import one_in
from virtual_time import run

import imucount
from imucount import CountingError, RepCounter, Samples, count_live
from imucount.axis_map import AxisMap, mapped
from imucount.intake.axes import all_maps
from imucount.live.recorder import Recorder
from imucount.sensors import Packet
from imucount.sensors.open_profile import OpenProfile
from imucount.simulate import Circles, Movement, simulate
from imucount.sources.link import SensorSource
from imucount.sources.virtual import EXERCISES, VirtualClip, VirtualRadio

SITS = "y,-x,z"
"""How axes have to be taken from those of the gyroscope."""


class Turned(OpenProfile):
    def decode(self, characteristic, data):
        return [
            Packet(each.acc, AxisMap(SITS).inverse.apply(each.gyr), each.ticks, each.sequence)
            for each in super().decode(characteristic, data)
        ]


class Described(Turned):
    gyr_axes = SITS


def source_of(kind, **told):
    clip = VirtualClip(EXERCISES["backward"], side="left")
    source = SensorSource(VirtualRadio(clip), clip.address, sensor=kind, **told)
    clip.ended = source.stop
    return source


async def counted(source, path):
    async with source:
        with Recorder(path, source) as recorder:
            return await count_live(source, RepCounter(source.side), recorder=recorder)


def directions(session):
    return [(len(each.reps), each.direction) for each in session.sets]


@pytest.mark.parametrize(("kind", "told"), one_in(2, [(Described, {}), (Turned, {"gyr_axes": SITS})]))
def test_axes_that_are_told_are_those_of_the_count_and_of_the_recording(kind, told, tmp_path):
    path = tmp_path / "x.csv"
    session = run(counted(source_of(kind, **told), path))
    assert directions(session) == [(10, "backward")]
    assert session.provenance.settings["gyr_axes"] == SITS
    assert f"# gyr_axes: {SITS}\n" in path.read_text()
    assert imucount.count(path).reps == session.reps
    # The file holds what was measured, so that whoever knows better can say so.
    assert directions(imucount.count(path, gyr_axes="x,y,z")) == [(10, "unknown")]


@pytest.mark.parametrize("wrong", one_in(2, ["-z,x,y", "x,y,z"]))
def test_axes_that_are_told_win_and_what_is_advised_is_of_the_sensors_own_axes(wrong, tmp_path):
    path = tmp_path / "x.csv"
    session = run(counted(source_of(Described, gyr_axes=wrong), path))
    for each in (session, imucount.count(path)):
        assert directions(each) == [(10, "unknown")]
        (warning,) = (warning for warning in each.warnings if "axes" in warning)
        assert f'gyr_axes="{SITS}"' in warning
    assert imucount.inspect_csv(path).warnings[-1].endswith(warning.partition("They agree")[2])
    assert directions(imucount.count(path, gyr_axes=SITS)) == [(10, "backward")]


def test_a_recording_that_is_played_and_recorded_keeps_its_axes(tmp_path):
    samples = simulate([Movement("standing", 3.0), Circles(2, "forward"), Movement("standing", 3.0)]).samples
    turned = mapped(samples, {"gyr": AxisMap(SITS).inverse})
    imucount.write_csv(tmp_path / "a.csv", imucount.Recording(turned, metadata={"gyr_axes": SITS}))

    async def again(**told):
        async with imucount.open_source(f"csv:{tmp_path / 'a.csv'}", speed=0, **told) as source:
            with Recorder(tmp_path / "b.csv", source) as recorder:
                pieces = [piece async for piece in source]
                for piece in pieces:
                    recorder.append(piece)
        return Samples.concatenate(pieces)

    assert np.array_equal(run(again()).gyr, samples.gyr)
    text = (tmp_path / "b.csv").read_text()
    assert f"# gyr_axes: {SITS}\n" in text
    assert np.array_equal(imucount.read(tmp_path / "b.csv", gyr_axes="x,y,z").samples.gyr, turned.gyr)
    (tmp_path / "b.csv").unlink()
    assert np.array_equal(run(again(gyr_axes="x,y,z")).gyr, turned.gyr)


def test_axes_of_a_clip_are_checked_before_it_is_opened():
    for spec in ("sim:", "ble:any"):
        with pytest.raises(CountingError, match="expected axes such as"):
            imucount.open_source(spec, gyr_axes="x,x,y", radio=VirtualRadio())
        imucount.open_source(spec, gyr_axes="x,z,-y", acc_axes="-z,y,x", radio=VirtualRadio())


@given(st.sampled_from(list(all_maps())), st.lists(st.floats(allow_nan=False), min_size=3, max_size=3))
def test_an_inverse_undoes_to_the_bit(matrix, vector):
    axes, vectors = AxisMap.of_matrix(matrix), np.array([vector])
    assert axes.inverse.apply(axes.apply(vectors)).tobytes() == vectors.tobytes()
    assert axes.inverse.inverse == axes
