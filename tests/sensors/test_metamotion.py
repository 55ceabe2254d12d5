import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sensors.scripted_peer import Peer, decoded, drive

from imucount.errors import PacketError, SensorError
from imucount.samples import STANDARD_GRAVITY
from imucount.sensors import Advertisement
from imucount.sensors.metamotion import COMMAND, NOTIFY, SERVICE, MetaMotion
from imucount.sensors.sensor import Subscribe, Unsubscribe

ACC, GYR = 0, 1
"""Numbers that the board below gives its processors."""

int16 = st.integers(-32768, 32767)
samples = st.tuples(int16, int16, int16)


class Board(Peer):
    """A MetaMotion: registers as in the sources of MbientLab's SDK."""

    def __init__(self, acc=1, gyr=0, accounters=True):
        super().__init__()
        self.implementations = {0x03: acc, 0x13: gyr}
        self.accounters = accounters
        self.processors = {7: b"left by another program"}
        self.commands = []

    def written(self, characteristic, data):
        assert characteristic == COMMAND
        module, register = data[:2]
        if register == 0x80:
            implementation = self.implementations[module]
            told = b"" if implementation is None else bytes([implementation, 1])
            return [(NOTIFY, data[:2] + told)]
        if (module, register) == (9, 2):
            if not self.accounters:
                return []
            number = len(self.processors)
            self.processors[number] = data[2:]
            return [(NOTIFY, bytes([9, 3, 7, 1])), (NOTIFY, bytes([9, 2, number]))]
        if (module, register) == (9, 8):
            self.processors.clear()
        elif (module, register) == (9, 6):
            del self.processors[data[2]]
        self.commands.append(data.hex(" "))
        return []


def started(board=None, kind=MetaMotion, rate_hz=None):
    sensor = kind(rate_hz)
    board = board or Board()
    drive(sensor.start(), sensor, board)
    return sensor, board


class Wide(MetaMotion):
    """At the ranges of the vendor's tests."""

    acc_range_g = 8.0
    gyr_range_dps = 1000.0


class Narrow(MetaMotion):
    acc_range_g = 2.0


def accounted(number, ticks, values):
    """What an accounter makes of a sample: its header, its time, the six bytes."""
    return struct.pack("<BBBI", 9, 3, number, ticks) + bytes(values)


def six_bytes(packed):
    return [packed[start : start + 6] for start in range(2, len(packed), 6)]


# From the vendor's tests in MetaWear-SDK-Cpp; single and packed data have the same six bytes as accounted data.


@pytest.mark.parametrize(
    ("kind", "number", "text", "expected"),
    [
        (MetaMotion, ACC, "03 04 16 c4 94 a2 2a d0", [(-1.872, -2.919, -1.495)]),
        (
            Wide,
            ACC,
            "03 1c 62 b7 53 0d e9 fd 16 d0 4d 0e 57 02 8a ff a1 05 0a 01",
            [(-4.539, 0.833, -0.131), (-2.995, 0.894, 0.146), (-0.029, 0.352, 0.065)],
        ),
        (MetaMotion, GYR, "13 05 3e 43 ff 7f 00 80", [(262.409, 499.497, -499.512)]),
        (
            Wide,
            GYR,
            "13 07 09 15 ad 26 08 de 8a 1a 0d 26 65 e4 8d 20 ac 27 73 ec",
            [(164.177, 301.860, -265.122), (207.134, 296.982, -215.457), (254.055, 309.634, -152.591)],
        ),
    ],
)
def test_samples_of_the_vendors_tests(kind, number, text, expected):
    sensor, _ = started(kind=kind)
    for values, sample in zip(six_bytes(bytes.fromhex(text)), expected, strict=True):
        (packet,) = sensor.decode(NOTIFY, accounted(number, 5, values))
        if number == ACC:
            assert packet.gyr is None
            np.testing.assert_allclose(packet.acc[0] / STANDARD_GRAVITY, sample, atol=6e-4)
        else:
            assert packet.acc is None
            np.testing.assert_allclose(np.degrees(packet.gyr[0]), sample, atol=6e-4)


def test_times_of_the_vendors_tests():
    sensor, _ = started(kind=Narrow)
    texts = [
        "09 03 00 a6 33 0d 00 c1 00 b1 24 19 cd",
        "09 03 00 ad 33 0d 00 d4 00 18 25 c0 cc",
        "09 03 00 b4 33 0d 00 c7 00 09 25 b2 cc",
        "09 03 00 ba 33 0d 00 c5 00 17 25 bc cc",
        "09 03 00 c1 33 0d 00 d4 00 e9 24 e4 cc",
        "09 03 00 c8 33 0d 00 af 00 f7 24 e3 cc",
    ]
    packets, errors = decoded(sensor, NOTIFY, [bytes.fromhex(text) for text in texts])
    assert errors == []
    assert packets[0].ticks == 0x000D33A6
    np.testing.assert_allclose(packets[0].acc[0] / STANDARD_GRAVITY, [0.0118, 0.573, -0.795], atol=6e-4)
    # The SDK rounds each time to whole ms before it takes differences, and says 10, 11, 8, 11, 10.
    times_ms = np.array([packet.ticks for packet in packets]) * MetaMotion.ticks.tick_s * 1000
    np.testing.assert_allclose(np.diff(times_ms), [10, 11, 8, 11, 10], atol=1.0)


@pytest.mark.parametrize(
    ("acc", "gyr", "expected"),
    [
        (1, 0, ["03 03 27 05", "13 03 27 02"]),
        (4, 1, ["03 03 a7 01", "13 03 27 02"]),
    ],
)
def test_both_chips_are_set_to_50_hz_4_g_and_500_deg_s(acc, gyr, expected):
    sensor, board = started(Board(acc, gyr))
    assert [command for command in board.commands if command[3:5] == "03" and command[:2] != "09"] == expected
    assert sensor.has_gyroscope
    assert sensor.rate_hz == 50.0


def test_a_start_in_full():
    sensor, board = started(rate_hz=100)
    assert sensor.rate_hz == 100.0
    assert board.subscribed == {NOTIFY}
    assert [values.hex(" ") for values in board.processors.values()] == [
        "03 04 ff a0 11 31 03",
        "13 05 ff a0 11 31 03",
    ]
    assert board.commands == [
        "09 08",
        *("03 03 28 05", "09 07 00 01"),
        *("13 03 28 02", "09 07 01 01"),
        "09 03 01",
        *("03 02 01 00", "03 01 01"),
        *("13 02 01 00", "13 01 01"),
    ]


def test_a_stop_leaves_nothing_running():
    sensor, board = started()
    board.commands.clear()
    drive(sensor.stop(), sensor, board)
    assert board.processors == {}
    assert board.subscribed == set()
    assert board.commands[:5] == ["13 01 00", "13 02 00 01", "03 01 00", "03 02 00 01", "09 03 00"]


def test_a_stop_goes_on_where_a_step_is_refused():
    sensor, board = started()
    with pytest.raises(SensorError, match="refused"):
        drive(sensor.stop(), sensor, board, refused=(1,))
    assert board.processors == {}
    assert board.subscribed == set()


def test_a_stop_before_anything_was_told_asks_for_no_processor():
    actions = list(MetaMotion().stop())
    assert actions[-1] == Unsubscribe(NOTIFY)
    assert len(actions) == 6


def test_a_board_without_gyroscope_gives_acceleration():
    sensor, board = started(Board(gyr=None))
    assert not sensor.has_gyroscope
    assert len(board.processors) == 1
    assert not any(command.startswith("13") for command in board.commands)


@pytest.mark.parametrize("acc", [None, 0, 3])
def test_another_accelerometer_is_refused(acc):
    with pytest.raises(SensorError, match="BMI160 or BMI270"):
        started(Board(acc=acc))


def test_a_board_that_makes_no_accounter_asks_for_new_firmware():
    with pytest.raises(SensorError, match="MetaBase app updates"):
        started(Board(accounters=False))


def test_the_start_begins_with_the_subscription():
    assert next(MetaMotion().start()) == Subscribe(NOTIFY)


@given(st.lists(st.tuples(st.sampled_from([ACC, GYR]), st.integers(0, 2**32 - 1), samples), max_size=20))
def test_samples_come_back(sent):
    sensor, _ = started()
    packets, errors = decoded(
        sensor, NOTIFY, [accounted(number, ticks, struct.pack("<3h", *values)) for number, ticks, values in sent]
    )
    assert errors == []
    assert [packet.ticks for packet in packets] == [ticks for _, ticks, _ in sent]
    for packet, (number, _, values) in zip(packets, sent, strict=True):
        if number == ACC:
            np.testing.assert_allclose(packet.acc, [np.array(values) / 8192 * 9.80665])
        else:
            np.testing.assert_allclose(packet.gyr, [np.radians(np.array(values) / 65.6)])


@given(st.binary(max_size=40) | st.binary(max_size=16).map(lambda rest: b"\x09\x03\x00" + rest))
def test_any_bytes_are_a_packet_or_nothing_or_a_packet_error(data):
    sensor, _ = started()
    packets, errors = decoded(sensor, NOTIFY, [data, accounted(GYR, 1, bytes(6))])
    assert packets[-1].ticks == 1
    assert len(packets) + len(errors) <= 2


@pytest.mark.parametrize("length", [0, 1, 2, 3, 12, 14, 26])
def test_a_sample_that_was_cut_or_joined_is_refused(length):
    sensor, _ = started()
    data = (accounted(ACC, 1, bytes(6)) * 2)[:length]
    with pytest.raises(PacketError, match="expected"):
        sensor.decode(NOTIFY, data)


def test_answers_and_others_processors_are_no_samples():
    sensor, _ = started()
    for text in ("03 80 01 01", "09 02 00", "09 03 05 00 00", "11 09 00"):
        assert sensor.decode(NOTIFY, bytes.fromhex(text)) == []
    assert sensor.decode(COMMAND, accounted(ACC, 1, bytes(6))) == []


def test_it_is_known_by_its_service():
    assert MetaMotion.matches(Advertisement("MetaWear", (SERVICE,)))
    assert not MetaMotion.matches(Advertisement("MetaWear"))
