"""Each sensor is found, set up, read and left as it was: five circles are five, and turn the right way."""

import asyncio
from functools import partial

import pytest
from short_run import one_in
from virtual_time import run

from ble.motion import Motion
from ble.peripherals.adafruit import Adafruit
from ble.peripherals.metamotion import MetaMotion
from ble.peripherals.movella_dot import MovellaDot
from ble.peripherals.movesense import Movesense
from ble.peripherals.open_profile import OpenClip
from ble.peripherals.polar import PolarH10, PolarVeritySense
from ble.peripherals.thingy52 import Thingy52
from ble.peripherals.uart_text import PrintingBoard, PuckJs
from ble.peripherals.witmotion import WitMotion
from ble.room import check_samples, count, count_in_room, room

FORWARD = Motion(reps=5, direction="forward", side="right", seed=1)
BACKWARD = Motion(reps=5, direction="backward", side="left", seed=2)

# key: sensor, what it is worn through, how far the times of its samples may be off, s
SENSORS = {
    "witmotion": (WitMotion, FORWARD, 0.15),
    "movella-dot": (MovellaDot, BACKWARD, 0.05),
    "polar": (PolarVeritySense, FORWARD, 0.05),
    "movesense": (Movesense, BACKWARD, 0.05),
    "metamotion": (MetaMotion, FORWARD, 0.15),
    "metamotion, BMI270": (partial(MetaMotion, chip="BMI270"), BACKWARD, 0.15),
    "thingy52": (Thingy52, FORWARD, 0.15),
    "adafruit": (Adafruit, BACKWARD, 0.15),
    "uart-text": (PuckJs, FORWARD, 0.05),
    "uart-text, printing by itself": (PrintingBoard, BACKWARD, 0.05),
    "imucount": (OpenClip, FORWARD, 0.05),
}


def check_left_as_found(peripheral):
    assert not peripheral.streams
    assert not peripheral.connected
    assert peripheral.refusals == []


@pytest.mark.parametrize("name", one_in(5, SENSORS))
def test_a_set_is_counted_and_turns_the_right_way(name):
    make, motion, tolerance_s = SENSORS[name]
    peripheral = make(motion, clock_error=3e-4)
    counted = run(count_in_room(peripheral, wanted=name.partition(",")[0]))
    assert [rep.direction for rep in counted.session.reps] == [motion.direction] * 5
    assert counted.gaps_s() == []
    check_left_as_found(peripheral)
    check_samples(counted, peripheral, tolerance_s)


def test_a_sensor_without_gyroscope_counts_and_knows_no_direction():
    peripheral = PolarH10(FORWARD)
    counted = run(count_in_room(peripheral, wanted="polar"))
    assert [rep.direction for rep in counted.session.reps] == ["unknown"] * 5
    assert not counted.samples.has_gyroscope
    check_left_as_found(peripheral)


@pytest.mark.long
def test_two_clips_at_once_are_told_apart_and_are_on_one_clock():
    right, left = OpenClip(FORWARD), WitMotion(BACKWARD)

    async def both():
        async with room(right, left) as radio:
            return await asyncio.gather(count(radio, right), count(radio, left))

    for counted, motion in zip(run(both()), (FORWARD, BACKWARD), strict=True):
        assert [rep.direction for rep in counted.session.reps] == [motion.direction] * 5
