import pickle
from pathlib import Path

import pytest

import imucount
from imucount.errors import CountingError, ImucountError, RecordingError, SampleError


@pytest.mark.parametrize("kind", [SampleError, RecordingError, CountingError])
def test_one_except_clause_catches_everything_that_imucount_raises(kind):
    assert issubclass(kind, ImucountError)
    assert getattr(imucount, kind.__name__) is kind


@pytest.mark.parametrize("kind", [SampleError, CountingError])
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
