from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from imucount.sources.dialogue import Notification
from imucount.sources.doubled import JUDGED_S, RUNS, Doubled

CONTENTS = st.lists(st.binary(max_size=2), max_size=60)


def taken(contents, step_s=0.01, characteristic="data"):
    once = Doubled()
    came = [Notification(step_s * n, characteristic, data) for n, data in enumerate(contents)]
    read = [each for notification in came for each in once.update(notification)]
    return [each.data for each in (*read, *once.finish())], once.found


def varied(n):
    return [bytes([number]) for number in range(n)]


@given(CONTENTS)
def test_what_comes_once_is_all_taken_unless_it_could_not_be_told_from_twice(contents):
    lengths = [len(list(run)) for _, run in groupby(contents)]
    read, found = taken(contents)
    if any(length % 2 for length in lengths[1 : RUNS + 1]) or len(lengths) < RUNS + 2:
        assert (read, found) == (contents, False)


@given(CONTENTS, st.booleans())
def test_what_comes_twice_is_taken_once(contents, first_is_single):
    contents = varied(RUNS + 2) + contents
    doubled = [data for data in contents for _ in range(2)]
    read, found = taken(doubled[1:] if first_is_single else doubled, step_s=0.001)
    assert found
    assert read == contents


def test_a_sensor_that_says_the_same_again_and_again_loses_nothing():
    contents = [b"still"] * 200
    assert taken(contents) == (contents, False)


def test_it_is_judged_soon_or_not_at_all():
    slow = [data for data in varied(30) for _ in range(2)]
    assert taken(slow, step_s=JUDGED_S / 4) == (slow, False)


def test_each_characteristic_is_for_itself():
    once = Doubled()
    read = []
    for n in range(40):
        read += once.update(Notification(0.01 * n, "acc", bytes([n])))
        read += once.update(Notification(0.01 * n, "gyr", bytes([n // 2])))
    read += once.finish()
    assert [each.data[0] for each in read if each.characteristic == "acc"] == list(range(40))
    assert [each.data[0] for each in read if each.characteristic == "gyr"] == list(range(20))
