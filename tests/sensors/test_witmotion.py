import struct

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sensors.peers import STILL, Clip
from sensors.scripted_peer import decoded, drive

from imucount.errors import SensorError
from imucount.samples import STANDARD_GRAVITY
from imucount.sensors.sensor import Advertisement, Write
from imucount.sensors.witmotion import NOTIFY, SERVICE, WitMotion, register_values

# As STILL, from the tests of github.com/naugehyde/bt-sensors-plugin-sk, sensor_classes/WT901BLE.js.
FIELD = bytes.fromhex("5571 3a00 ab0b 4802 680d e9fd c800 c43a 9407 0000")
QUATERNION = bytes.fromhex("5571 5100 ef9f 4703 4601 7fab 0000 0000 0000 0000")
# A published article's frame of a moving device.
MOVING = bytes.fromhex("5561 7702 a8fe 92fe 0602 30fe cdff f8f0 53fc abc4")
# The tests of a public decoder.
TURNING = bytes.fromhex("5561 0000 0004 0008 0000 0020 0000 0000 0020 0040")
FRAMES = st.tuples(*[st.integers(-32768, 32767)] * 6).map(tuple)


def encoded(values):
    return b"\x55\x61" + struct.pack("<9h", *values, 0, 0, 0)


def has_header(data):
    return b"\x55\x61" in data or b"\x55\x71" in data


def one(data):
    (packet,) = WitMotion().decode(NOTIFY, data)
    assert packet.ticks is None
    assert packet.sequence is None
    return packet.acc / STANDARD_GRAVITY, np.degrees(packet.gyr)


@pytest.mark.parametrize(
    ("frame", "acc_g", "gyr_dps"),
    [
        (STILL, (-0.015, -0.054, 1.000), (0, 0, 0)),
        (MOVING, (0.308, -0.168, -0.179), (31.6, -28.3, -3.1)),
        (TURNING, (0, 0.5, 1), (0, 500, 0)),
    ],
)
def test_published_frames_decode(frame, acc_g, gyr_dps):
    acc, gyr = one(frame)
    np.testing.assert_allclose(acc, [acc_g], atol=6e-4)
    np.testing.assert_allclose(gyr, [gyr_dps], atol=0.06)


def test_published_registers_decode_and_are_no_samples():
    first, values = register_values(FIELD)
    assert first == 0x3A
    np.testing.assert_allclose(np.array(values[:3]) / 120, (24.892, 4.867, 28.6), atol=5e-4)
    first, values = register_values(QUATERNION)
    assert first == 0x51
    np.testing.assert_allclose(np.array(values[:4]) / 32768, (-0.75052, 0.0256, 0.00995, -0.66019), atol=6e-6)
    assert WitMotion().decode(NOTIFY, FIELD + QUATERNION) == []


def test_a_resting_clip_feels_one_g():
    # The log of a WT901BLE68 at rest has 0x080A on the axis that points up.
    acc, _ = one(encoded((0, 0, 0x080A, 0, 0, 0)))
    assert acc[0, 2] == pytest.approx(1.005, abs=5e-4)


def test_a_frame_split_over_two_notifications_decodes_once():
    sensor = WitMotion()
    assert sensor.decode(NOTIFY, TURNING[:10]) == []
    assert len(sensor.decode(NOTIFY, TURNING[10:])) == 1


def test_junk_before_a_frame_is_told_and_the_frame_kept():
    packets, errors = decoded(WitMotion(), NOTIFY, [b"\xaa\x55" + TURNING])
    assert len(packets) == len(errors) == 1
    assert "aa 55" in str(errors[0])


def test_a_cut_frame_costs_itself_alone():
    packets, errors = decoded(WitMotion(), NOTIFY, [STILL[:13], MOVING, TURNING])
    assert len(packets) == 2
    assert len(errors) == 1
    np.testing.assert_allclose(packets[0].acc, WitMotion().decode(NOTIFY, MOVING)[0].acc)


def test_after_a_lost_notification_the_halves_of_two_frames_are_not_taken_for_one():
    packets, errors = decoded(WitMotion(), NOTIFY, [STILL[:10], MOVING[14:] + TURNING])
    assert len(errors) == 1
    np.testing.assert_allclose(packets[-1].gyr, WitMotion().decode(NOTIFY, TURNING)[0].gyr)


def test_a_header_inside_a_frame_does_not_break_it():
    inside = struct.unpack("<h", b"\x55\x61")[0]
    frame = encoded((inside,) * 6)
    packets, errors = decoded(WitMotion(), NOTIFY, [frame, frame + frame, b"\x01" + frame])
    assert len(packets) == 4
    assert len(errors) == 1


@given(st.lists(FRAMES, min_size=1, max_size=8), st.lists(st.integers(1, 40), min_size=1, max_size=30))
def test_frames_come_back_however_they_are_cut_into_notifications(frames, sizes):
    stream = b"".join(map(encoded, frames))
    assume(not any(has_header(encoded(frame)[1:]) for frame in frames))
    pieces, at = [], 0
    while at < len(stream):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(stream[at : at + size])
        at += size
    packets, errors = decoded(WitMotion(), NOTIFY, pieces)
    assert errors == []
    expected = np.array(frames) / 32768
    np.testing.assert_allclose(
        np.concatenate([packet.acc for packet in packets]), expected[:, :3] * 16 * STANDARD_GRAVITY, atol=1e-9
    )
    np.testing.assert_allclose(
        np.concatenate([packet.gyr for packet in packets]), np.radians(expected[:, 3:] * 2000), atol=1e-9
    )


@given(st.lists(st.binary(max_size=60), max_size=6))
def test_any_bytes_are_decoded_or_told_and_the_frame_after_them_is_right(notifications):
    sensor = WitMotion()
    decoded(sensor, NOTIFY, notifications)
    packets, _ = decoded(sensor, NOTIFY, [MOVING])
    np.testing.assert_allclose(packets[-1].acc, WitMotion().decode(NOTIFY, MOVING)[0].acc)
    assert sensor.decode("0000180f-0000-1000-8000-00805f9b34fb", b"\x55") == []


@pytest.mark.parametrize(("rate_hz", "code"), [(None, 0x08), (50, 0x08), (100, 0x09), (200, 0x0B), (90, 0x09)])
def test_the_rate_is_set_and_put_back(rate_hz, code):
    clip, sensor = Clip(code=0x06), WitMotion(rate_hz)
    drive(sensor.start(), sensor, clip)
    assert clip.code == code
    assert clip.subscribed == {NOTIFY}
    drive(sensor.stop(), sensor, clip)
    assert clip.code == 0x06
    assert clip.subscribed == set()


def test_the_published_commands_set_50_hz_and_nothing_is_saved():
    clip, sensor = Clip(), WitMotion(50)
    actions = drive(sensor.start(), sensor, clip) + drive(sensor.stop(), sensor, clip)
    written = [action.data for action in actions if isinstance(action, Write)]
    assert written[:2] == [bytes.fromhex("ffaa6988b5"), bytes.fromhex("ffaa030800")]
    assert bytes.fromhex("ffaa000000") not in written


def test_a_clip_at_the_right_rate_is_left_alone():
    clip, sensor = Clip(code=0x08), WitMotion()
    actions = drive(sensor.start(), sensor, clip) + drive(sensor.stop(), sensor, clip)
    assert [action for action in actions if isinstance(action, Write)] == []


def test_samples_of_another_rate_are_left_out():
    clip, sensor = Clip(), WitMotion()
    dialogue = sensor.start()
    next(dialogue)
    assert sensor.decode(NOTIFY, STILL) == []
    drive(sensor.start(), sensor, clip)
    assert len(sensor.decode(NOTIFY, STILL)) == 1
    next(sensor.stop())
    assert sensor.decode(NOTIFY, STILL) == []


def test_a_clip_that_does_not_tell_its_rate_is_set_and_keeps_it():
    clip, sensor = Clip(tells=False), WitMotion()
    drive(sensor.start(), sensor, clip)
    drive(sensor.stop(), sensor, clip)
    assert clip.code == 0x08


@pytest.mark.parametrize("code", [-1, 0x100, 0x7FFF])
def test_a_rate_register_beyond_a_byte_is_refused_in_a_sentence(code):
    sensor, clip = WitMotion(50.0), Clip(code)
    with pytest.raises(SensorError, match=f"code of one byte, got {code}; is it another"):
        drive(sensor.start(), sensor, clip)
    drive(sensor.stop(), sensor, clip)
    assert clip.code == code


def test_a_rate_that_is_not_taken_is_told():
    clip, sensor = Clip(takes=False), WitMotion(200)
    with pytest.raises(SensorError, match=r"expected the clip to take 200 Hz.*older clips end at 50 Hz"):
        drive(sensor.start(), sensor, clip)


@pytest.mark.parametrize("step", range(6))
def test_a_refusal_at_any_step_leaves_the_clip_as_found(step):
    clip, sensor = Clip(code=0x06), WitMotion()
    try:
        drive(sensor.start(), sensor, clip, refused=[step])
    except SensorError as error:
        assert "refused" in str(error)  # noqa: PT017
    drive(sensor.stop(), sensor, clip)
    assert clip.subscribed == set()
    assert clip.code == (0x08 if step == 1 else 0x06)  # step 1 asks for the rate, which then nobody knows


@pytest.mark.parametrize("step", range(5))
def test_stopping_goes_on_after_a_refusal_and_tells_it(step):
    clip, sensor = Clip(), WitMotion()
    drive(sensor.start(), sensor, clip)
    with pytest.raises(SensorError, match="refused"):
        drive(sensor.stop(), sensor, clip, refused=[step])
    assert clip.code == (0x08 if step == 2 else 0x06)
    assert (clip.subscribed == set()) == (step != 4)


@pytest.mark.parametrize(
    ("advertisement", "matches"),
    [
        (Advertisement("WT901BLE68"), True),
        (Advertisement("BWT901BLE5.0"), True),
        (Advertisement(None, services=(SERVICE,)), True),
        (Advertisement("SWTCH"), False),
        (Advertisement(), False),
    ],
)
def test_clips_are_recognised(advertisement, matches):
    assert WitMotion.matches(advertisement) is matches
