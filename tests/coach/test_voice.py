import os
import time

import pytest

from imucount.coach.voice import Voice

pytestmark = pytest.mark.skipif(os.name != "posix", reason="stands in for the speech of Linux and macOS")


@pytest.fixture
def speech(tmp_path):
    """A stand-in for spd-say that writes down what it is told to say."""

    def made(script):
        path = tmp_path / "spd-say"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return lambda name: str(path) if name == "spd-say" else None

    made.heard = tmp_path / "heard"
    return made


def wait_for(condition):
    deadline_s = time.monotonic() + 10.0
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.01)


def test_cues_are_spoken_as_text_and_nothing_else(speech):
    voice = Voice(find=speech(f'printf "%s|" "$@" >> {speech.heard}'))
    voice.say(["9", "One more."])
    wait_for(lambda: speech.heard.exists() and speech.heard.read_text().endswith("|"))
    assert speech.heard.read_text() == "--priority|text|--|9. One more.|"
    voice.stop()


def test_the_newest_takes_the_place_of_what_is_still_spoken(speech):
    voice = Voice(find=speech("exec sleep 60"))
    voice.say(["1"])
    first = voice._speaking
    voice.say(["2"])
    assert first.poll() is not None
    voice.stop()


def test_where_nothing_can_speak_a_bell_rings():
    rung = []
    voice = Voice(bell=lambda: rung.append(1), find=lambda name: None)
    voice.say(["1"])
    voice.say([])
    assert not voice.can_speak
    assert rung == [1]


def test_a_program_that_fails_is_told_by_the_bell(speech):
    rung = []
    voice = Voice(bell=lambda: rung.append(1), find=speech("exit 1"))
    voice.say(["1"])
    wait_for(lambda: voice._speaking.poll() is not None)
    voice.say(["2"])
    assert not voice.can_speak
    assert rung == [1]
