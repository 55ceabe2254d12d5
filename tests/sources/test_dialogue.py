import asyncio
import logging

import pytest
from toy import CONTROL, DATA, ToyClip, ToyLink
from virtual_time import run

from imucount.errors import DisconnectedError, SensorError
from imucount.sensors.sensor import Ask, Pause, Read, Subscribe, Unsubscribe, Write
from imucount.sources.dialogue import Conversation

RATE = Ask(CONTROL, b"rate 50", CONTROL, lambda data: data == b"rate 100", timeout_s=3.0)


def held(dialogue, *, clip=None, meanwhile=None):
    """Hold a dialogue with a toy clip; the conversation afterwards."""
    clip = clip or ToyClip()

    async def hold():
        conversation = Conversation(10.0, asyncio.get_running_loop().time)
        clip.link = ToyLink(clip, conversation.lose)
        conversation.begin(clip.link)
        if meanwhile is not None:
            asyncio.get_running_loop().call_later(1.0, meanwhile)
        try:
            await conversation.hold(dialogue)
        finally:
            await clip.link.end()
        return conversation

    return run(hold())


def inbox(conversation):
    return [conversation.inbox.get_nowait() for _ in range(conversation.inbox.qsize())]


def test_an_answer_that_overtakes_its_confirmation_is_taken_and_the_rest_goes_on():
    answers = []

    def dialogue():
        yield Subscribe(CONTROL)
        answers.append((yield RATE))
        answers.append((yield Write(CONTROL, b"x")))
        answers.append((yield Read(DATA)))

    notifications = inbox(held(dialogue()))
    assert answers == [b"rate 100", None, b"P"]
    assert [(each.characteristic, each.data) for each in notifications] == [(CONTROL, b"noise")]
    assert notifications[0].arrival_s == pytest.approx(0.04)


def test_what_is_refused_is_thrown_into_the_dialogue_which_may_go_on():
    clip = ToyClip()
    clip.refuses.add("no")
    clip.ignores.add("hm")
    refused = []

    def dialogue():
        for data in (b"no", b"hm", b"yes"):
            try:
                yield Write(CONTROL, data)
            except SensorError as error:
                refused.append(str(error))

    held(dialogue(), clip=clip)
    assert clip.told == ["no", "hm", "yes"]
    assert refused[0] == "refused: no"
    assert "within 10 s, got nothing to Write(" in refused[1]


def test_what_a_dialogue_lets_stand_ends_it():
    clip = ToyClip()
    clip.refuses.add("no")

    def dialogue():
        yield Write(CONTROL, b"no")
        yield Write(CONTROL, b"never")

    with pytest.raises(SensorError, match="refused: no"):
        held(dialogue(), clip=clip)
    assert clip.told == ["no"]


def test_an_answer_that_does_not_come_is_an_error_after_its_own_time():
    asked = Ask(CONTROL, b"x", CONTROL, lambda data: True, timeout_s=3.0)

    def dialogue():
        yield Subscribe(CONTROL)
        yield asked

    with pytest.raises(SensorError, match="within 3 s, got nothing to Ask"):
        held(dialogue())


def test_a_fault_of_the_acceptor_is_not_swallowed():
    def dialogue():
        yield Subscribe(CONTROL)
        yield Ask(CONTROL, b"rate 50", CONTROL, lambda data: data[99] == 1)

    with pytest.raises(SensorError, match="an answer, got IndexError"):
        held(dialogue())


def test_a_fault_of_a_dialogue_is_told_as_that(caplog):
    def dialogue():
        yield Subscribe(CONTROL)
        raise KeyError("rate")

    with caplog.at_level(logging.DEBUG), pytest.raises(SensorError, match=r"dialogue .*got KeyError\('rate'\)"):
        held(dialogue())
    assert "Traceback" in caplog.text


def test_nothing_is_subscribed_twice_or_ended_twice():
    clip = ToyClip()

    def dialogue():
        for _ in range(2):
            yield Subscribe(DATA)
        for _ in range(2):
            yield Unsubscribe(DATA)

    held(dialogue(), clip=clip)
    assert clip.told == ["subscribe", "unsubscribe"]


@pytest.mark.parametrize(
    "action",
    [Ask(CONTROL, b"x", CONTROL, lambda data: True, timeout_s=50.0), Write(CONTROL, b"hm"), Pause(5.0)],
    ids=["ask", "write", "pause"],
)
def test_a_lost_link_ends_the_dialogue_whatever_it_would_do_about_it(action):
    clip = ToyClip()
    clip.ignores.add("hm")
    asked = []

    def dialogue():
        yield Subscribe(CONTROL)
        while True:
            try:
                yield action
            except SensorError:
                asked.append(1)

    with pytest.raises(DisconnectedError):
        held(dialogue(), clip=clip, meanwhile=clip.drop)
    assert asked == []


def test_an_answer_is_not_waited_for_once_the_link_is_lost():
    clip = ToyClip()

    def dialogue():
        yield Subscribe(CONTROL)
        yield Ask(CONTROL, b"x", CONTROL, lambda data: True, timeout_s=1e6)

    with pytest.raises(DisconnectedError):
        held(dialogue(), clip=clip, meanwhile=clip.drop)


def test_notifications_that_no_dialogue_ended_end_with_the_conversation():
    clip = ToyClip()
    clip.refuses.add("unsubscribe")

    def dialogue():
        yield Subscribe(DATA)
        yield Write(CONTROL, b"go")

    async def hold():
        conversation = Conversation(10.0, asyncio.get_running_loop().time)
        link = ToyLink(clip, conversation.lose)
        conversation.begin(link)
        await conversation.hold(dialogue())
        await asyncio.sleep(1.0)
        assert conversation.inbox.qsize() > 90
        await conversation.close()
        before = conversation.inbox.qsize()
        await asyncio.sleep(1.0)
        assert conversation.inbox.qsize() == before
        await link.end()

    run(hold())
    assert clip.told[-1] == "unsubscribe"
