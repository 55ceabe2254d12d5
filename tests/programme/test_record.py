import json

import pytest
from programme.test_assessment import BACKWARD, FORWARD, WHOLE, circles
from programme.test_ledger import ledger_of

from imucount import ImucountError
from imucount.programme import PlannedSet, Programme, assess, assessment_of_json, assessment_to_json


def reps_of(sets):
    return [rep for each in sets for rep in each.reps]


@pytest.mark.parametrize("done", [[], WHOLE, [FORWARD, (7, "backward"), (3, "unknown")], [*WHOLE, BACKWARD]])
def test_what_is_written_is_read_back(done):
    sets = circles(*done)
    assessment = assess(Programme.prescribed(period_s=4.0), sets)
    assert assessment_of_json(assessment_to_json(assessment), reps_of(sets)) == assessment


def test_corrections_are_read_back():
    ledger = ledger_of(Programme((PlannedSet(5, "any"), PlannedSet(3, "backward"))), (4, "forward"))
    ledger.add()
    assert (
        assessment_of_json(assessment_to_json(ledger.assessment), reps_of(circles((4, "forward"))))
        == ledger.assessment
    )


def test_circles_that_moved_a_little_are_found_and_those_that_are_gone_are_not():
    from dataclasses import replace

    sets = circles((4, "forward"))
    text = assessment_to_json(assess(Programme((PlannedSet(4, "forward"),)), sets))
    reps = [replace(rep, start_s=rep.start_s + 0.2) for rep in sets[0].reps[:3]]
    assert assessment_of_json(text, reps).outcomes[0].reps == tuple(reps)


@pytest.mark.parametrize("key", ["schema_version", "name", "sets", "outcomes"])
@pytest.mark.parametrize("value", [None, 2.5, "x", [1], {}, [{}], -1])
def test_damage_is_told_in_a_sentence(key, value):
    document = json.loads(assessment_to_json(assess(Programme.prescribed(), circles(*WHOLE))))
    document[key] = value
    if key == "name" and value == "x":
        return
    with pytest.raises(ImucountError) as caught:
        assessment_of_json(json.dumps(document), ())
    assert len(str(caught.value)) < 300
