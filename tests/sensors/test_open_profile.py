import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from imucount.errors import PacketError, SensorError
from imucount.sensors import Advertisement
from imucount.sensors.open_profile import (
    CONFIGURATION,
    DATA,
    SERVICE,
    Configuration,
    Frame,
    Limits,
    OpenProfile,
    Settings,
    samples_per_frame,
)
from imucount.sensors.sensor import Read, Subscribe, Unsubscribe, Write

DOCUMENT = (Path(__file__).parents[2] / "firmware_notes" / "open_profile.md").read_text(encoding="utf-8")

ACC = [[100, -200, 8192], [104, -203, 8190]]
GYR = [[-655, 0, 66], [-660, 1, 65]]
FRAMES = {
    "11 01 02 01 40 42 0f 00 00 00 00 00 00 20 71 fd 00 00 42 00": Frame(
        258, 1_000_000, [[0, 0, 8192]], [[-655, 0, 66]]
    ),
    "11 02 ff ff 80 e3 ff ff 64 00 38 ff 00 20 71 fd 00 00 42 00 68 00 35 ff fe 1f 6c fd 01 00 41 00": Frame(
        65535, 4_294_960_000, ACC, GYR
    ),
    "01 02 07 00 60 e3 16 00 64 00 38 ff 00 20 68 00 35 ff fe 1f": Frame(7, 1_500_000, ACC),
}
LSM6DS3TR_C = Limits(26.0, 208.0, 15.991, 2293.8)
CONFIGURATIONS = {
    "01 00 e8 03 a0 0f 88 13 fa 00 d0 07 80 3e 20 4e": Configuration(),
    "01 02 10 04 9e 0f 66 16 04 01 20 08 77 3e 9a 59": Configuration(
        Settings(104.0, 3.998, 573.4, "right"), LSM6DS3TR_C
    ),
}
WRITTEN = "01 02 e8 03 a0 0f 88 13"

sides = st.sampled_from([None, "left", "right"])
settings = st.builds(
    lambda rate, acc, gyr, side: Settings(rate / 10, acc / 1000, gyr / 10 if gyr else None, side),
    st.integers(1, 65535),
    st.integers(1, 65535),
    st.integers(0, 65535),
    sides,
)


@st.composite
def frames(draw, most=20):
    n = draw(st.integers(1, most))
    values = npst.arrays(np.int16, (n, 3), elements=st.integers(-32768, 32767))
    return Frame(
        draw(st.integers(0, 2**16 - 1)),
        draw(st.integers(0, 2**32 - 1)),
        draw(values),
        draw(st.none() | values),
    )


def same(one, other):
    return (
        (one.sequence, one.time_us) == (other.sequence, other.time_us)
        and np.array_equal(one.acc, other.acc)
        and (one.gyr is None) == (other.gyr is None)
        and (one.gyr is None or np.array_equal(one.gyr, other.gyr))
    )


@pytest.mark.parametrize("text", FRAMES)
def test_the_documents_frames(text):
    assert f"\n{text}\n" in DOCUMENT
    assert bytes(FRAMES[text]).hex(" ") == text
    assert same(Frame.from_bytes(bytes.fromhex(text)), FRAMES[text])


@pytest.mark.parametrize("text", CONFIGURATIONS)
def test_the_documents_configurations(text):
    assert f"\n{text}\n" in DOCUMENT
    assert bytes(CONFIGURATIONS[text]).hex(" ") == text
    assert Configuration.from_bytes(bytes.fromhex(text)) == CONFIGURATIONS[text]


def test_the_document_names_every_characteristic():
    assert all(f"`{uuid}`" in DOCUMENT for uuid in (SERVICE, DATA, CONFIGURATION))


@given(frames())
def test_a_frame_survives_the_air(frame):
    assert same(Frame.from_bytes(bytes(frame)), frame)


@given(settings)
def test_settings_survive_the_air(there):
    assert Settings.from_bytes(bytes(there)) == there


@given(frames(), st.data())
def test_a_frame_that_was_cut_is_refused(frame, data):
    whole = bytes(frame)
    kept = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(PacketError, match="expected"):
        Frame.from_bytes(whole[:kept])


@given(frames(), frames())
def test_frames_that_were_joined_are_refused(first, second):
    with pytest.raises(PacketError, match="MTU"):
        Frame.from_bytes(bytes(first) + bytes(second))


@given(st.binary(max_size=80))
def test_any_bytes_are_a_frame_or_a_packet_error(data):
    sensor = OpenProfile()
    try:
        (packet,) = sensor.decode(DATA, data)
    except PacketError:
        return
    assert len(packet) == data[1]
    assert bytes(Frame.from_bytes(data)) == data


@given(st.binary(max_size=24))
def test_any_bytes_are_a_configuration_or_a_packet_error(data):
    try:
        there = Configuration.from_bytes(data)
    except PacketError:
        return
    assert bytes(there) == data[:16]


def test_a_frame_of_a_later_version_says_so():
    with pytest.raises(PacketError, match=r"first byte 0x12.*newer imucount"):
        Frame.from_bytes(bytes.fromhex("12 01 02 01 40 42 0f 00") + bytes(12))


@pytest.mark.parametrize("has_gyroscope", [True, False])
@pytest.mark.parametrize("mtu", [23, 65, 185, 247, 512])
def test_a_frame_fills_the_notification_and_no_more(mtu, has_gyroscope):
    n = samples_per_frame(mtu, has_gyroscope)
    size = 12 if has_gyroscope else 6
    assert n >= 1
    assert 8 + n * size <= mtu - 3 < 8 + (n + 1) * size


@given(
    settings,
    npst.arrays(np.float64, (4, 3), elements=st.floats(-300, 300)),
    npst.arrays(np.float64, (4, 3), elements=st.floats(-60, 60)),
)
def test_samples_come_back_to_half_a_step_or_to_full_scale(there, acc, gyr):
    sensor = OpenProfile()
    sensor.settings = there
    (packet,) = sensor.decode(DATA, bytes(Frame.of_samples(there, 70_000, 2**32 + 5, acc, gyr)))
    assert (packet.sequence, packet.ticks) == (70_000 - 65_536, 5)
    pairs = [(packet.acc, acc, there.acc_step)]
    assert (packet.gyr is None) == (there.gyr_full_scale_dps is None)
    if packet.gyr is not None:
        pairs.append((packet.gyr, gyr, there.gyr_step))
    for came, sent, step in pairs:
        inside = np.clip(sent, -32768 * step, 32767 * step)
        np.testing.assert_allclose(came, inside, atol=0.5001 * step)


def test_units_of_the_first_example():
    (packet,) = OpenProfile().decode(DATA, bytes.fromhex(next(iter(FRAMES))))
    np.testing.assert_allclose(packet.acc, [[0, 0, 9.80665]])
    np.testing.assert_allclose(packet.gyr, [[math.radians(-655 / 32768 * 500), 0, math.radians(66 / 32768 * 500)]])


class Clip:
    """A clip that takes the nearest rate of an LSM6DS3TR-C, and remembers what was done to it."""

    def __init__(self, settings, limits=LSM6DS3TR_C):
        self.settings = settings
        self.limits = limits
        self.subscribed = False

    def do(self, dialogue):
        answer = None
        try:
            while True:
                answer = self.answer(dialogue.send(answer))
        except StopIteration:
            return

    def answer(self, action):
        match action:
            case Read(characteristic=str(uuid)):
                assert uuid == CONFIGURATION
                return bytes(Configuration(self.settings, self.limits))
            case Write(characteristic=str(uuid), data=data):
                assert uuid == CONFIGURATION
                assert not self.subscribed
                wanted = Settings.from_bytes(data)
                rate_hz = min((26.0, 52.0, 104.0, 208.0), key=lambda rate_hz: abs(rate_hz - wanted.rate_hz))
                gyr = self.limits.gyr_full_scale_dps and wanted.gyr_full_scale_dps
                self.settings = Settings(rate_hz, wanted.acc_full_scale_g, gyr, wanted.side)
            case Subscribe():
                self.subscribed = True
            case Unsubscribe():
                self.subscribed = False
        return None


def test_the_clip_says_what_it_took_and_is_left_as_found():
    found = Settings(208.0, 8.0, 1000.0, "left")
    clip, sensor = Clip(found), OpenProfile()
    clip.do(sensor.start())
    assert clip.subscribed
    assert clip.settings == Settings(104.0, 4.0, 500.0, "left")
    assert (sensor.rate_hz, sensor.has_gyroscope, sensor.side) == (104.0, True, "left")
    clip.do(sensor.stop())
    assert not clip.subscribed
    assert clip.settings == found


def test_settings_that_a_clip_leaves_without_a_word_are_those_that_it_tells():
    class Busy(Clip):
        """Another central streams from it."""

        def answer(self, action):
            return None if isinstance(action, Write) else super().answer(action)

    others = Settings(208.0, 8.0, 1000.0, "left")
    sensor = OpenProfile()
    Busy(others).do(sensor.start())
    assert sensor.settings == others
    assert (sensor.rate_hz, sensor.acc_range_g, sensor.gyr_range_dps, sensor.side) == (208.0, 8.0, 1000.0, "left")


def test_a_clip_without_gyroscope():
    clip, sensor = Clip(Settings(26.0, 4.0, None), Limits(26.0, 208.0, 16.0, None)), OpenProfile(50.0)
    clip.do(sensor.start())
    assert (sensor.rate_hz, sensor.has_gyroscope, sensor.side) == (52.0, False, None)
    (packet,) = sensor.decode(DATA, bytes(Frame.of_samples(clip.settings, 0, 0, [[0, 0, 9.80665]])))
    assert packet.gyr is None
    with pytest.raises(PacketError, match="without angular rate"):
        sensor.decode(DATA, bytes(FRAMES[next(iter(FRAMES))]))


@pytest.mark.parametrize("answer", [b"", b"\x01\x00\xe8\x03\xa0\x0f\x88\x13", b"\x02" + bytes(15), bytes(16)])
def test_a_configuration_that_is_none_ends_the_start(answer):
    dialogue = OpenProfile().start()
    assert dialogue.send(None) == Read(CONFIGURATION)
    with pytest.raises(SensorError, match=r"configuration.*firmware"):
        dialogue.send(answer)


def test_stopping_goes_on_where_a_step_is_refused():
    clip, sensor = Clip(Settings()), OpenProfile()
    clip.do(sensor.start())
    stop = sensor.stop()
    assert stop.send(None) == Unsubscribe(DATA)
    assert stop.throw(SensorError("refused")) == Write(CONFIGURATION, bytes(Settings()))
    with pytest.raises(SensorError, match="refused"):
        stop.send(None)


def test_stopping_before_the_settings_were_read_writes_none():
    assert list(OpenProfile().stop()) == [Unsubscribe(DATA)]


def test_it_is_known_by_its_service():
    assert OpenProfile.matches(Advertisement("anything", (SERVICE,)))
    assert not OpenProfile.matches(Advertisement("imucount-1234"))


def test_other_characteristics_are_not_its():
    assert OpenProfile().decode("00002a19-0000-1000-8000-00805f9b34fb", b"\x5a") == []
