"""Drives a sensor's dialogue against a peer in software, as the link does against a radio."""

from imucount.errors import PacketError, SensorError
from imucount.sensors.sensor import Ask, Pause, Read, Subscribe, Unsubscribe, Write


class Peer:
    """A sensor that answers: subclasses say what a write does (`written`) and what a read gives (`values`).

    `written` returns the notifications that answer, as (characteristic, bytes).
    """

    def __init__(self):
        self.values = {}
        self.subscribed = set()

    def written(self, characteristic, data):
        raise NotImplementedError

    def do(self, action, sensor):
        match action:
            case Pause():
                return None
            case Subscribe(characteristic):
                self.subscribed.add(characteristic)
                return None
            case Unsubscribe(characteristic):
                self.subscribed.discard(characteristic)
                return None
            case Read(characteristic):
                return self.values[characteristic]
            case Write(characteristic, data):
                self.written(characteristic, data)
                return None
            case Ask(characteristic, data, answers):
                assert answers in self.subscribed
                accepted = None
                for told_by, told in self.written(characteristic, data):
                    if accepted is None and told_by == answers and action.accept(told):
                        accepted = told
                    else:
                        sensor.decode(told_by, told)
                if accepted is None:
                    raise SensorError(f"expected an answer to {data.hex(' ')}, got none")
                return accepted


def drive(dialogue, sensor, peer, refused=()):
    """Do what the dialogue asks for; actions of the numbers `refused` are refused. Returns all actions."""
    done = []
    try:
        action = next(dialogue)
        while True:
            done.append(action)
            try:
                if len(done) - 1 in refused:
                    raise SensorError(f"refused {action}")
                answer = peer.do(action, sensor)
            except SensorError as error:
                action = dialogue.throw(error)
            else:
                action = dialogue.send(answer)
    except StopIteration:
        return done


def decoded(sensor, characteristic, notifications):
    """What a stream of notifications gives: packets, and the errors that came between."""
    packets, errors = [], []
    for data in notifications:
        try:
            packets += sensor.decode(characteristic, data)
        except PacketError as error:
            packets += error.packets
            errors.append(error)
    return packets, errors
