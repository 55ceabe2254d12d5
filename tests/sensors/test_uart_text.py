import json
import shutil
import subprocess

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sensors.scripted_peer import Peer, decoded, drive

from imucount.errors import SensorError
from imucount.sensors import Advertisement
from imucount.sensors.sensor import Subscribe, Unsubscribe, Write
from imucount.sensors.uart_text import RECEIVE, SERVICE, TRANSMIT, UartText

LINE = b"123456,0.012,-0.034,1.002,-12.3,0.5,100.2"
milli_g = st.integers(-16000, 16000)
tenth_dps = st.integers(-20000, 20000)
rows = st.lists(st.tuples(st.integers(0, 2**32 - 1), *[milli_g] * 3, *[tenth_dps] * 3), min_size=1, max_size=10)


def line(row, end):
    """As an Arduino prints it with three and one digits behind the point."""
    t, *values = row
    acc, gyr = values[:3], values[3:]
    numbers = [str(t), *(f"{value / 1000:.3f}" for value in acc), *(f"{value / 10:.1f}" for value in gyr)]
    return (",".join(numbers) + end).encode()


def same(packets, sent):
    assert [packet.ticks for packet in packets] == [t for t, *_ in sent]
    for packet, (_, *values) in zip(packets, sent, strict=True):
        np.testing.assert_allclose(packet.acc, [np.array(values[:3]) / 1000 * 9.80665])
        np.testing.assert_allclose(packet.gyr, [np.radians(np.array(values[3:]) / 10)])


class Board(Peer):
    def __init__(self):
        super().__init__()
        self.heard = b""

    def written(self, characteristic, data):
        assert characteristic == RECEIVE
        assert 0 < len(data) <= 20, "what an ATT MTU of 23 carries"
        self.heard += data
        return []


def test_a_constructed_line():
    """Built from the description in the module."""
    packets, errors = decoded(UartText(), TRANSMIT, [b"\n" + LINE + b"\r\n"])
    assert errors == []
    assert packets[0].ticks == 123456
    np.testing.assert_allclose(packets[0].acc / 9.80665, [[0.012, -0.034, 1.002]])
    np.testing.assert_allclose(np.degrees(packets[0].gyr), [[-12.3, 0.5, 100.2]])


@given(rows, st.sampled_from(["\n", "\r\n"]), st.data())
def test_lines_come_back_wherever_they_are_cut(sent, end, data):
    text = b"\n" + b"".join(line(row, end) for row in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    pieces = [text[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    packets, errors = decoded(UartText(), TRANSMIT, pieces)
    assert errors == []
    same(packets, sent)


@given(rows, st.data())
def test_the_end_of_a_line_that_was_begun_before_is_passed_over(sent, data):
    first = line(sent[0], "\n")
    text = first[data.draw(st.integers(0, len(first) - 1)) :] + b"".join(line(row, "\n") for row in sent)
    packets, errors = decoded(UartText(), TRANSMIT, [text])
    assert errors == []
    same(packets, sent)


@given(rows, rows)
def test_a_line_that_is_none_loses_no_other(before, after):
    broken = b"12,34\n"
    text = b"\n" + b"".join([line(row, "\n") for row in before] + [broken] + [line(row, "\n") for row in after])
    packets, (error,) = decoded(UartText(), TRANSMIT, [text])
    assert "12,34" in str(error)
    same(packets, before + after)


@pytest.mark.parametrize(
    "bad",
    [
        b"5,1,2,3",
        b"5,1,2,3,4,5,6,7",
        b"5,nan,0,0,0,0,0",
        b"5,inf,0,0,0,0,0",
        b"5,1e400,0,0,0,0,0",
        b"5,300,0,0,0,0,0",
        b"5,1_0,0,0,0,0,0",
        b"5.5,1,0,0,0,0,0",
        b"5,,0,0,0,0,0",
        b"5," + b"9" * 200 + b",0,0,0,0,0",
        "5,١,0,0,0,0,0".encode(),
    ],
)
def test_a_line_with_anything_but_seven_numbers_is_refused(bad):
    packets, errors = decoded(UartText(), TRANSMIT, [b"\n" + bad + b"\n" + LINE + b"\n"])
    assert len(errors) == 1
    assert [packet.ticks for packet in packets] == [123456]


@pytest.mark.parametrize("talk", [b"", b">", b"# t,ax,ay,az,gx,gy,gz", b"Uncaught ReferenceError", b"\xff\xfe"])
def test_talk_is_passed_over(talk):
    packets, errors = decoded(UartText(), TRANSMIT, [b"\n" + talk + b"\r\n" + LINE + b"\n"])
    assert errors == []
    assert len(packets) == 1


def test_text_without_a_newline_does_not_pile_up():
    sensor = UartText()
    _, errors = decoded(sensor, TRANSMIT, [b"0" * 20] * 1000)
    assert 50 < len(errors) < 100
    packets, errors = decoded(sensor, TRANSMIT, [b"7\n", LINE, b"\n"])
    assert errors == []
    assert len(packets) == 1


def test_a_clock_in_milliseconds_since_1970_is_taken_modulo():
    (packet,) = UartText().decode(TRANSMIT, b"\n1700000000123,0,0,1,0,0,0\n")
    assert packet.ticks == 1_700_000_000_123 % 2**32


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_any_bytes_raise_nothing_but_packet_errors(pieces):
    sensor = UartText()
    decoded(sensor, TRANSMIT, pieces)
    packets, _ = decoded(sensor, TRANSMIT, [b"\n", LINE + b"\n"])
    assert packets[-1].ticks == 123456


def test_a_puck_is_given_its_javascript_in_one_line_and_rid_of_it():
    board, sensor = Board(), UartText()
    actions = drive(sensor.start(), sensor, board)
    assert actions[0] == Subscribe(TRANSMIT)
    assert board.heard.startswith(b"\x03\x10if(1){")
    assert board.heard.count(b"\n") == 1
    assert board.heard.endswith(b"Puck.accelOn(52)}\n")
    for opened, closed in (b"{}", b"()", b"[]"):
        assert board.heard.count(opened) == board.heard.count(closed)
    board.heard = b""
    drive(sensor.stop(), sensor, board)
    assert board.heard == b"\x03\x10if(global.imucountOff)imucountOff()\n"
    assert board.subscribed == set()


PUCK = """
const events = new Map();
const thing = {
  on: (event, handler) => events.set(event, [...(events.get(event) || []), handler]),
  removeListener: (event, handler) => events.set(event, events.get(event).filter(each => each !== handler)),
};
const told = [];
let rate = 0;
global.Puck = {...thing, accelOn: hz => { rate = hz; }, accelOff: () => { rate = 0; }};
global.NRF = thing;
global.Bluetooth = {println: line => told.push(line)};
let now = 1000;
global.getTime = () => now;
const [on, off] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const run = text => require("vm").runInThisContext(text.replace("\\x03\\x10", ""));
const listeners = event => events.get(event) || [];
const measure = () => listeners("accel").forEach(
  handler => handler({acc: {x: 0, y: -4096, z: 8192}, gyro: {x: 10, y: -1000, z: 32767}}));
const state = () => [rate, listeners("accel").length, listeners("disconnect").length, told.length];
const states = [];
run(on); now += 0.5; measure(); states.push(state());
run(on); now += 0.25; measure(); states.push(state());
run(off); measure(); states.push(state());
run(off); measure(); states.push(state());
run(on); listeners("disconnect").forEach(handler => handler()); measure(); states.push(state());
console.log(JSON.stringify([told, states]));
"""
"""A Puck.js as far as the JavaScript needs one: listeners, the motion sensor's rate, a clock, a printer."""


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node to run JavaScript")
def test_the_javascript_prints_lines_and_cleans_up_after_itself():
    board, sensor = Board(), UartText(26.0)
    drive(sensor.start(), sensor, board)
    on, board.heard = board.heard.decode(), b""
    drive(sensor.stop(), sensor, board)
    done = subprocess.run(
        ["node", "-e", PUCK],
        input=json.dumps([on, board.heard.decode()]),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    lines, states = json.loads(done.stdout)
    # rate, listeners of samples and of the drop, lines so far; started twice, stopped twice, started and dropped
    assert states == [[26, 1, 1, 1], [26, 1, 1, 2], [0, 0, 0, 2], [0, 0, 0, 2], [0, 0, 0, 2]]
    packets, errors = decoded(UartText(), TRANSMIT, [f"\n{line}\r\n".encode() for line in lines])
    assert errors == []
    assert [packet.ticks for packet in packets] == [500, 250]
    for packet in packets:
        np.testing.assert_allclose(packet.acc / 9.80665, [[0, -0.5, 1]])
        np.testing.assert_allclose(np.degrees(packet.gyr), [[0.0875, -8.75, 286.71125]], atol=0.05001)


def test_a_stop_unsubscribes_though_a_write_is_refused():
    board, sensor = Board(), UartText()
    drive(sensor.start(), sensor, board)
    with pytest.raises(SensorError, match="refused"):
        drive(sensor.stop(), sensor, board, refused=(0,))
    assert board.subscribed == set()


def test_nothing_but_writes_goes_between():
    actions = list(UartText(104.0).start())
    assert all(isinstance(action, Write) for action in actions[1:])
    assert list(UartText().stop())[-1] == Unsubscribe(TRANSMIT)


def test_it_is_known_by_its_service_or_as_a_puck():
    assert UartText.matches(Advertisement("Bob", (SERVICE,)))
    assert UartText.matches(Advertisement("Puck.js 9e03"))
    assert not UartText.matches(Advertisement("Thingy"))


def test_other_characteristics_are_not_its():
    assert UartText().decode(RECEIVE, b"\n" + LINE + b"\n") == []
