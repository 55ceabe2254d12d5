"""What a sensor was found with is given back, also over a reconnect, after which it has what was set before."""

import pytest
from sensors.peers import Board, Clip, Dot, Thingy
from sensors.scripted_peer import drive

from imucount.sensors.adafruit import Adafruit
from imucount.sensors.movella_dot import MovellaDot
from imucount.sensors.thingy52 import Thingy52
from imucount.sensors.witmotion import WitMotion

SENSORS = {
    "adafruit": (Adafruit, Board, lambda board: dict(board.values)),
    "movella-dot": (MovellaDot, lambda: Dot(rate_hz=30), lambda dot: bytes(dot.settings)),
    "thingy52": (Thingy52, Thingy, lambda thingy: dict(thingy.values)),
    "witmotion": (WitMotion, Clip, lambda clip: clip.code),
}


@pytest.mark.parametrize("key", SENSORS)
def test_what_was_found_outlives_a_reconnect(key):
    make, make_peer, settings_of = SENSORS[key]
    peer = make_peer()
    found = settings_of(peer)
    before = make()
    drive(before.start(), before, peer)
    assert settings_of(peer) != found
    peer.subscribed.clear()
    after = make()
    after.found = before.found
    drive(after.start(), after, peer)
    drive(after.stop(), after, peer)
    assert settings_of(peer) == found
