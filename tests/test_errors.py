import pickle
from pathlib import Path

import pytest

import imucount
from imucount.errors import CountingError, ImucountError, RecordingError, SampleError, SimulationError


@pytest.mark.parametrize("kind", [SampleError, RecordingError, CountingError, SimulationError])
def test_one_except_clause_catches_everything_that_imucount_raises(kind):
    assert issubclass(kind, ImucountError)
    assert getattr(imucount, kind.__name__) is kind


@pytest.mark.parametrize("kind", [SampleError, CountingError, SimulationError])
def test_a_wrong_value_is_also_a_value_error(kind):
    with pytest.raises(ValueError, match="expected 9"):
        raise kind("expected 9.81, got 1")


def test_a_file_that_cannot_be_read_is_no_value_error():
    assert not issubclass(RecordingError, ValueError)


def test_a_recording_error_says_where():
    error = RecordingError("expected a number, got 'x'", Path("walk.csv"), 7)
    assert (error.path, error.line) == ("walk.csv", 7)
    assert str(error) == "walk.csv, line 7: expected a number, got 'x'"


def test_a_recording_error_without_a_line_says_the_file():
    error = RecordingError("expected a file, got a directory", "folder")
    assert error.line is None
    assert str(error) == "folder: expected a file, got a directory"


@pytest.mark.parametrize("kind", [SampleError, CountingError])
def test_an_error_comes_through_a_process_pool(kind):
    error = pickle.loads(pickle.dumps(kind("expected, got")))
    assert type(error) is kind
    assert str(error) == "expected, got"


def test_a_recording_error_comes_through_a_process_pool():
    error = pickle.loads(pickle.dumps(RecordingError("expected a number, got 'x'", "walk.csv", 7)))
    assert (str(error), error.path, error.line) == ("walk.csv, line 7: expected a number, got 'x'", "walk.csv", 7)


STILL = imucount.Samples([0.0, 0.01, 0.02], [[0, 0, 9.81]] * 3, [[0, 0, 0]] * 3)
NOTHING = imucount.Session(0.0, 1.0, None, None, (), (), (), ())
REFUSED = [
    lambda path: imucount.Samples([10**400], [[0, 0, 9.81]]),
    lambda path: imucount.Samples([[0.0], [0.0, 1.0]], []),
    lambda path: STILL[::-1],
    lambda path: imucount.RepCounter("middle"),
    lambda path: imucount.RepCounter(min_reps=0),
    lambda path: imucount.RepCounter(exercise="squats"),
    lambda path: imucount.count(3),
    lambda path: imucount.count(path / "none.csv"),
    lambda path: imucount.count("\0"),
    lambda path: imucount.inspect_csv(path),
    lambda path: imucount.read_csv(""),
    lambda path: imucount.write_csv(path, imucount.Recording(STILL)),
    lambda path: imucount.write_csv("\0", imucount.Recording(STILL)),
    lambda path: imucount.write_csv(path / "x.csv", imucount.Recording(STILL, metadata={"seed": 1})),
    lambda path: imucount.teach(STILL, direction="up"),
    lambda path: imucount.teach(STILL, direction="forward", profile="mine.json"),
    lambda path: imucount.Profile.load(path),
    lambda path: imucount.Profile.from_json("{"),
    lambda path: imucount.Profile.from_json("[" * 100_000),
    lambda path: NOTHING.total("up"),
    lambda path: NOTHING.to_frame("phases"),
    lambda path: NOTHING.to_csv(path),
    lambda path: NOTHING.to_csv("\0"),
    lambda path: NOTHING.to_csv(path / "none" / "x.csv", "sets"),
    lambda path: imucount.Session.from_json("{"),
    lambda path: imucount.Session.from_json("9" * 5000),
    lambda path: imucount.Session.from_json(None),
    lambda path: imucount.Session.from_json(b"\xff"),
]


@pytest.mark.parametrize("call", REFUSED, ids=range(len(REFUSED)))
def test_a_public_call_raises_only_what_is_imucounts_own(call, tmp_path):
    with pytest.raises(ImucountError) as refusal:
        call(tmp_path)
    assert len(str(refusal.value)) < 400
