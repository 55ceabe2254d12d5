import struct
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sensors.scripted_peer import Peer, decoded, drive

from imucount.errors import PacketError, SensorError
from imucount.samples import STANDARD_GRAVITY
from imucount.sensors.polar import CONTROL, DATA, SERVICE, Polar, settings_of
from imucount.sensors.sensor import Advertisement, Ask

# The bytes of github.com/polarofficial/polar-ble-sdk, AccDataTest.kt and GyrDataTest.kt.
RAW_TYPE_1 = bytes.fromhex(
    "02 0094357700000000 01"
    "F7FFFFFFE703 F8FFFEFFE503 F9FFFFFFE503 FAFFFFFFE603 FAFFFEFFE603 F9FFFFFFE503 F8FFFFFFE603 F8FFFEFFE603"
    "FAFFFFFFE503 FAFFFFFFE703 FAFFFFFFE503 F8FFFFFFE603 F7FFFFFFE603 F8FFFEFFE603 F9FFFEFFE703 F9FF0000E603"
    "F9FFFFFFE603 F7FFFEFFE503 F9FFFFFFE503 F9FFFFFFE503 FAFF0000E603 F9FFFEFFE603 F8FFFFFFE603 F8FFFFFFE503"
    "F9FFFFFFE603 F9FFFFFFE503 FAFFFFFFE603 F9FFFFFFE503 F9FFFFFFE503 F8FFFEFFE603 F9FFFFFFE603 F9FFFFFFE603"
    "F9FF0000E503 F9FFFEFFE603 F8FFFEFFE603 F7FFFEFFE603"
)
ACC_TYPE_0 = bytes.fromhex(
    "02 0094357700000000 80"
    "7107F06A9E8D0A38BE5CBEBA2F96B3EE4BE5ADFB42B9EBBE4CFEBA2F92BFEE4BE4B1FB12B9ECBD3C3EBB2F8FD3DE4BE3B5F7D2B8EDBD30"
    "7E7B2F8BE3CE8BE2BAF7A2B8EEBC20BE7B2F88F3CECBE1BDEF52F8EFBC18FE3B2F8403BFCBE0C2EF32B8F0BB044EBC2E8113AF0BE0C6EF"
    "F2F7F1B9FC7DBC2E7D279F4BDFCAEBC2F7F2B8ECCD7C2E7B378F4BDECEE392F7F3B8E00DFD2D774B7FCBDDD2DF6237F5B7D44DBD2D745B"
    "6FCBDCD7D73237F6B5C88D7D2D716B4F4BDCDCD3F236F7B4BCDDFD2C6F7B3F4BDBE0CFD236F8B2B02DBE2C6C8F1FCBDAE3C7A276F9"
)
ACC_TYPE_1 = bytes.fromhex("02 6500000000000000 81 F1FF1400F003 0601 7B0F08")
GYR_TYPE_0 = bytes.fromhex("05 FFFFFFFFFFFFFF7F 80 EAFF08000D00 0301 DF00")
GYR_TYPE_1 = bytes.fromhex(
    "05 0094357700000000 81 0000803F000020410000A041 1C01 0000A00100000 8CDCCEC0D".replace(" ", "")
)
# Frames of real Verity Senses in motion (issue #443) and at rest (issue #331): as much as was found of them, whole
# blocks of the first, and of the second's only block 49 of 59 samples, with its count set so.
CAPTURED_443 = bytes.fromhex(
    "0200416fc41245930a81ee021ffe82ff080a10da20d6a30bd9cbe7d6f6c4e6f1e1f3e0151afe281bf8372c2520131911"
)
CAPTURED_331 = bytes.fromhex(
    "029c5829138457730781faff2100f403063183d0ebc6f1ef3af21bfdef07bf1f00770f247e301041ef0f3fe00bffef0f42e1038000e0"
    "c250f4bd0f0003e0f77e4008422f00c0af173ba127c0b0033d30f47c6e1083fe03bfe01b4381f33e22003c30003e20107ecfffcaefe3"
    "8160003f3f00050fe8c20f0cbedf1f80ef13047ff7"
)
# The example of the vendor's specification.
SPECIFIED = bytes.fromhex("02 0000000000000000 81 d0ff6501e40f 0802 fc07ff 0c13f2")
SETTINGS = bytes.fromhex("0001340001011000 0204f500f401e803d007 040103")  # PmdSettingTest


def head(kind, time_ns, frame_type):
    return struct.pack("<BQB", kind, time_ns, frame_type)


def compressed(rows, width, modulus=None):
    """A whole first sample, and blocks of differences of at most 255 samples, each as narrow as it can be."""
    payload = b"".join(int(value).to_bytes(width, "little", signed=modulus is None) for value in rows[0])
    for start in range(1, len(rows), 255):
        stop = min(start + 255, len(rows))
        steps = [int(rows[i][axis]) - int(rows[i - 1][axis]) for i in range(start, stop) for axis in range(3)]
        bits = max((step if step >= 0 else ~step).bit_length() + 1 for step in steps)
        if bits > 32:  # the shorter way around
            steps, bits = [(step + 2**31) % 2**32 - 2**31 for step in steps], 32
        packed = sum((step % 2**bits) << (bits * i) for i, step in enumerate(steps))
        payload += bytes([bits, stop - start]) + packed.to_bytes((bits * len(steps) + 7) // 8, "little")
    return payload


def milli_g(data):
    (packet,) = Polar().decode(DATA, data)
    assert packet.gyr is None
    return packet.ticks, packet.acc / STANDARD_GRAVITY * 1000


def with_factor(kind, factor):
    peer = Verity(factors={kind: factor})
    sensor = Polar()
    drive(sensor.start(), sensor, peer)
    return sensor


def test_raw_acceleration_decodes():
    time_ns, acc = milli_g(RAW_TYPE_1)
    assert time_ns == 2_000_000_000
    assert len(acc) == 36
    np.testing.assert_allclose(acc[:2], [(-9, -1, 999), (-8, -2, 997)])
    np.testing.assert_allclose(acc[-1], (-9, -2, 998))


def test_compressed_acceleration_of_type_0_decodes_by_its_factor():
    (packet,) = with_factor(2, 2.44e-4).decode(DATA, ACC_TYPE_0)
    assert packet.ticks == 2_000_000_000
    assert len(packet) == 57
    acc = packet.acc / STANDARD_GRAVITY * 1000
    np.testing.assert_array_equal(np.trunc(acc[0]), (464, 6679, -7144))
    np.testing.assert_allclose(acc[1] - acc[0], np.array((190, -105, -85)) * 0.244, rtol=1e-6)
    assert np.abs(acc).max() <= 8000


def test_compressed_acceleration_of_type_1_decodes():
    time_ns, acc = milli_g(ACC_TYPE_1)
    assert time_ns == 0x65
    np.testing.assert_allclose(acc, [(-15, 20, 1008), (-20, 17, 1008)])


def test_captured_acceleration_decodes():
    time_ns, acc = milli_g(CAPTURED_443)
    assert time_ns == 762028708863099136
    assert len(acc) == 11
    np.testing.assert_allclose(acc[:2], [(750, -481, -126), (766, -519, -94)])
    assert ((np.linalg.norm(acc, axis=1) > 899) & (np.linalg.norm(acc, axis=1) < 989)).all()
    _, acc = milli_g(CAPTURED_331)
    assert len(acc) == 50
    np.testing.assert_allclose(acc[:3], [(-6, 33, 1012), (-3, 35, 1009), (-9, 41, 1016)])
    np.testing.assert_allclose(np.linalg.norm(acc, axis=1), 1010, atol=10)


def test_the_example_of_the_specification_decodes():
    _, acc = milli_g(SPECIFIED)
    np.testing.assert_allclose(acc, [(-48, 357, 4068), (-52, 364, 4067), (-40, 383, 4053)])


def test_angular_rate_of_type_0_decodes():
    (packet,) = Polar().decode(DATA, GYR_TYPE_0)
    assert packet.acc is None
    assert packet.ticks == 2**63 - 1
    np.testing.assert_allclose(np.degrees(packet.gyr), [(-22, 8, 13), (-23, 11, 16)])


@pytest.mark.parametrize("factor", [1.0, 0.5])
def test_angular_rate_of_type_1_is_floats_times_the_factor(factor):
    (packet,) = with_factor(5, factor).decode(DATA, GYR_TYPE_1)
    assert packet.ticks == 2_000_000_000
    expected = np.array([(1.0, 10.0, 20.0), (10.0, 20.0, np.float32(1.1))])
    np.testing.assert_allclose(np.degrees(packet.gyr), expected * factor, rtol=1e-7)


def test_published_settings_are_read():
    assert settings_of(SETTINGS) == {0: (52,), 1: (16,), 2: (245, 500, 1000, 2000), 4: (3,)}


@given(st.binary(max_size=60))
def test_any_bytes_are_settings_as_far_as_they_go(told):
    assert set(settings_of(told)) <= set(range(7))


INT16 = st.integers(-19999, 19999)
WALK = st.lists(st.tuples(INT16, INT16, INT16), min_size=1, max_size=300)


@given(WALK, st.integers(0, 2**64 - 1))
def test_acceleration_comes_back_from_every_frame_type(rows, time_ns):
    raw = b"".join(struct.pack("<3h", *row) for row in rows)
    wide = b"".join(value.to_bytes(3, "little", signed=True) for row in rows for value in row)
    for frame_type, payload in ((1, raw), (2, wide), (0x81, compressed(rows, 2))):
        told_ns, acc = milli_g(head(2, time_ns, frame_type) + payload)
        assert told_ns == time_ns
        np.testing.assert_allclose(acc, rows, atol=1e-6)


@given(st.lists(st.tuples(*[st.floats(-2000, 2000, width=32)] * 3), min_size=1, max_size=40))
def test_angular_rate_comes_back_from_floats(rows):
    bits = [[struct.unpack("<I", struct.pack("<f", value))[0] for value in row] for row in rows]
    (packet,) = Polar().decode(DATA, head(5, 0, 0x81) + compressed(bits, 4, modulus=2**32))
    np.testing.assert_allclose(np.degrees(packet.gyr), rows, rtol=1e-6, atol=1e-30)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([2, 5, 9, 0]), st.sampled_from([0, 1, 2, 0x80, 0x81, 3]), st.binary(max_size=240)
        )
        | st.binary(max_size=40),
        max_size=4,
    )
)
def test_any_bytes_are_decoded_or_told_and_the_next_frame_is_right(frames):
    sensor = Polar()
    notifications = [
        frame if isinstance(frame, bytes) else head(frame[0], 0, frame[1]) + frame[2] for frame in frames
    ]
    packets, _ = decoded(sensor, DATA, notifications)
    assert all(len(packet) for packet in packets)
    assert len(sensor.decode(DATA, ACC_TYPE_1)) == 1


@given(WALK, st.data())
def test_a_cut_frame_is_told_or_shorter(rows, data):
    frame = head(2, 0, 0x81) + compressed(rows, 2)
    packets, errors = decoded(Polar(), DATA, [frame[: data.draw(st.integers(0, len(frame) - 1))]])
    assert len(packets) + len(errors) == 1
    assert sum(map(len, packets)) < len(rows)


def test_the_longest_differences_overflow_nothing():
    block = bytes([32, 255]) + (b"\xff\xff\xff\x7f" * 3 * 255)
    with pytest.raises(PacketError, match="acceleration of at most"):
        Polar().decode(DATA, head(2, 0, 0x81) + bytes(6) + block * 20)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "more than 10 bytes from the Polar, got 0"),
        (ACC_TYPE_1[:10], "more than 10 bytes"),
        (ACC_TYPE_1[:14], "samples of 6 bytes from the Polar, got 4"),
        (ACC_TYPE_1[:-1], "block of 1 samples of 3 x 6 bits in the Polar's frame, got 2 bytes"),
        (ACC_TYPE_1[:17], "block of 0 samples"),
        (head(2, 0, 0x81) + bytes(6) + bytes([33, 0]), "3 x 33 bits"),
        (head(0, 0, 0) + bytes(9), "got kind 0 of type 0x00"),
        (head(2, 0, 1) + bytes(7), "samples of 6 bytes"),
        (head(5, 0, 0x81) + struct.pack("<3f", float("nan"), 0, 0), "angular rate of at most"),
    ],
)
def test_what_is_no_frame_is_told(data, words):
    with pytest.raises(PacketError, match=words):
        Polar().decode(DATA, data)


def test_what_the_control_point_says_is_no_sample():
    assert Polar().decode(CONTROL, b"\x01\x02\x05") == []


def tlv(number, values, size):
    return bytes([number, len(values)]) + b"".join(value.to_bytes(size, "little") for value in values)


def offer(rates, ranges, channels=True):
    told = tlv(0, rates, 2) + tlv(1, [16], 2) + tlv(2, ranges, 2)
    return told + tlv(4, [3], 1) if channels else told


class Model(Peer):
    """A control point that keeps to the protocol's rules; `mtu` splits long answers, `refusals` are statuses."""

    features = b"\x0f\x04\x00"
    normal = MappingProxyType({})
    sdk = MappingProxyType({})

    def __init__(self, factors=None, refusals=None, answer_bytes=200, in_sdk_mode=False):
        super().__init__()
        self.values = {CONTROL: self.features + bytes(14)}
        self.factors, self.refusals, self.answer_bytes = factors or {}, refusals or {}, answer_bytes
        self.in_sdk_mode = in_sdk_mode
        self.streams = {}

    def written(self, characteristic, data):
        assert characteristic == CONTROL
        command, kind, told = data[0], data[1], data[2:]
        status, answer = self.refusals.get((command, kind)), b""
        if status is None:
            status, answer = self.obey(command, kind, told)
        first, rest = answer[: self.answer_bytes], answer[self.answer_bytes :]
        indications = [bytes([0xF0, command, kind, status, bool(rest)]) + first]
        while rest:
            first, rest = rest[: self.answer_bytes], rest[self.answer_bytes :]
            indications.append(bytes([0xF0, command, kind, status, bool(rest)]) + first)
        return [(CONTROL, b"\x01\x03"), *((CONTROL, indication) for indication in indications)]

    def obey(self, command, kind, told):
        offered = self.sdk if self.in_sdk_mode else self.normal
        if kind == 9:
            if self.streams:
                return 12, b""
            if self.in_sdk_mode == (command == 2):
                return 6, b""
            self.in_sdk_mode = command == 2
            return 0, b""
        if kind not in offered:
            return 3, b""
        if command == 1:
            return 0, offered[kind]
        if command == 3:
            return (0, b"") if self.streams.pop(kind, None) else (6, b"")
        if kind in self.streams:
            return 6, b""
        assert DATA in self.subscribed
        chosen, possible = settings_of(told), settings_of(offered[kind])
        if set(chosen) != set(possible) or any(chosen[number][0] not in possible[number] for number in chosen):
            return 5, b""
        self.streams[kind] = {number: values[0] for number, values in chosen.items()}
        factor = self.factors.get(kind)
        return 0, b"" if factor is None else b"\x05\x01" + struct.pack("<f", factor)


class Verity(Model):
    features = b"\x0f\x2c\x02"
    normal = MappingProxyType({2: offer([52], [8]), 5: offer([52], [2000])})
    sdk = MappingProxyType(
        {
            2: offer([26, 52, 104, 208, 416], [2, 4, 8, 16]),
            5: offer([26, 52, 104, 208, 416], [250, 500, 1000, 2000]),
        }
    )


class OldVerity(Verity):
    features = b"\x0f\x2c\x00"


class H10(Model):
    normal = MappingProxyType({2: offer([25, 50, 100, 200], [2, 4, 8], channels=False)})


class OH1(Model):
    normal = MappingProxyType({2: offer([50], [8])})


@pytest.mark.parametrize(
    ("model", "asked_hz", "rate_hz", "acc_range_g", "gyr_range_dps"),
    [
        (Verity, None, 104, 4, 500),
        (Verity, 208, 208, 4, 500),
        (Verity, 52, 52, 8, 2000),
        (OldVerity, None, 52, 8, 2000),
        (H10, None, 100, 4, None),
        (OH1, None, 50, 8, None),
    ],
)
def test_every_model_is_started_as_near_as_it_can_and_left_as_found(
    model, asked_hz, rate_hz, acc_range_g, gyr_range_dps
):
    peer, sensor = model(), Polar(asked_hz)
    drive(sensor.start(), sensor, peer)
    assert sensor.has_gyroscope == (gyr_range_dps is not None)
    assert (sensor.rate_hz, sensor.acc_range_g, sensor.gyr_range_dps) == (rate_hz, acc_range_g, gyr_range_dps)
    assert peer.streams[2][0] == rate_hz
    assert peer.streams[2][2] == acc_range_g
    if gyr_range_dps is None:
        assert list(peer.streams) == [2]
    else:
        assert (peer.streams[5][0], peer.streams[5][2]) == (rate_hz, gyr_range_dps)
    drive(sensor.stop(), sensor, peer)
    assert peer.streams == {}
    assert not peer.in_sdk_mode
    assert peer.subscribed == set()


def test_the_commands_are_the_published_ones():
    peer, sensor = Verity(), Polar(52)
    actions = drive(sensor.start(), sensor, peer) + drive(sensor.stop(), sensor, peer)
    asked = [action.data for action in actions if isinstance(action, Ask)]
    assert asked == [
        bytes.fromhex(command)
        for command in (
            "0302",
            "0305",
            "0102",
            "0202 00013400 01011000 02010800 040103",  # issues #331 and #443
            "0105",
            "0205 00013400 01011000 0201d007 040103",  # constructed likewise; not seen on a device
            "0302",
            "0305",
        )
    ]
    assert next(a for a in actions if isinstance(a, Ask) and a.data == asked[3]).accept(
        bytes.fromhex("f002020000")
    )


def test_streams_and_sdk_mode_that_a_lost_link_left_are_taken_over():
    peer, sensor = Verity(), Polar()
    drive(sensor.start(), sensor, peer)
    sensor = Polar()
    drive(sensor.start(), sensor, peer)
    assert set(peer.streams) == {2, 5}
    drive(sensor.stop(), sensor, peer)
    assert peer.streams == {}
    assert not peer.in_sdk_mode


def test_answers_in_several_indications_are_put_together():
    peer, sensor = Verity(answer_bytes=7), Polar()
    drive(sensor.start(), sensor, peer)
    assert (sensor.rate_hz, sensor.gyr_range_dps) == (104, 500)


def test_without_sdk_mode_the_normal_one_is_used():
    peer, sensor = Verity(refusals={(2, 9): 12}), Polar()
    drive(sensor.start(), sensor, peer)
    assert (sensor.rate_hz, sensor.acc_range_g) == (52, 8)


@pytest.mark.parametrize("command", [(1, 2), (2, 2), (1, 5), (2, 5)])
@pytest.mark.parametrize(
    ("status", "words"),
    [
        (13, "it is in the charger: take it out"),
        (12, "press its button"),
        (10, "MTU is too small"),
        (6, "close Polar's app"),
        (99, "switch it off and on"),
    ],
)
def test_refusals_say_what_to_do(command, status, words):
    peer, sensor = Verity(refusals={command: status}), Polar()
    name = {2: "acceleration", 5: "angular rate"}[command[1]]
    with pytest.raises(SensorError, match=f"start its {name}, it refused with status {status}; .*{words}"):
        drive(sensor.start(), sensor, peer)
    peer.refusals = {}
    drive(sensor.stop(), sensor, peer)
    assert peer.streams == {}
    assert not peer.in_sdk_mode


@pytest.mark.parametrize("step", range(10))
def test_an_action_that_fails_at_any_step_leaves_it_as_found(step):
    peer, sensor = Verity(), Polar()
    needless = step in (2, 3, 4)  # to stop what may not stream, to enter the SDK mode
    try:
        drive(sensor.start(), sensor, peer, refused=[step])
    except SensorError:
        assert not needless
    else:
        assert needless
    peer.subscribed |= {CONTROL, DATA}
    drive(sensor.stop(), sensor, peer)
    assert peer.streams == {}
    assert not peer.in_sdk_mode
    assert peer.subscribed == set()


@pytest.mark.parametrize("step", [0, 1, 2])
def test_stopping_goes_on_after_a_refusal_and_tells_it(step):
    peer, sensor = Verity(), Polar()
    drive(sensor.start(), sensor, peer)
    with pytest.raises(SensorError, match="refused"):
        drive(sensor.stop(), sensor, peer, refused=[step])
    assert set(peer.streams) == ({2}, {5}, set())[step]
    assert peer.subscribed == set()


@pytest.mark.parametrize(
    ("features", "words"), [(b"", "got features -"), (b"\x0f\x01\x00", "got features 0f 01 00")]
)
def test_a_polar_without_acceleration_is_told(features, words):
    peer, sensor = Verity(), Polar()
    peer.values[CONTROL] = features
    with pytest.raises(SensorError, match=words):
        drive(sensor.start(), sensor, peer)


def test_settings_without_rates_are_told():
    peer, sensor = Verity(), Polar()
    peer.sdk = {2: b"\x01\x01\x10\x00"}
    with pytest.raises(SensorError, match="expected the Polar to tell the rates and ranges of its acceleration"):
        drive(sensor.start(), sensor, peer)


@pytest.mark.parametrize(
    ("advertisement", "matches"),
    [
        (Advertisement("Polar Sense 9A1B2C3D"), True),
        (Advertisement("Polar H10 12345678"), True),
        (Advertisement("Polar OH1 12345678"), True),
        (Advertisement("Polar H9 12345678"), False),
        (Advertisement(None, services=(SERVICE,)), False),
        (Advertisement(), False),
    ],
)
def test_it_is_recognised(advertisement, matches):
    assert Polar.matches(advertisement) is matches
