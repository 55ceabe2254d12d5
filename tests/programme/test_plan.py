import pytest

from imucount import ProgrammeError
from imucount.programme import PlannedSet, Programme


def written(tmp_path, text):
    path = tmp_path / "programme.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_the_prescribed_programme_is_three_sets_of_ten_each_way():
    sets = Programme.prescribed().sets
    assert [(each.reps, each.direction) for each in sets] == [(10, "forward")] * 3 + [(10, "backward")] * 3
    assert Programme.prescribed().reps == 60


def test_a_file_says_what_a_programme_holds(tmp_path):
    path = written(
        tmp_path,
        """
        name = "mornings"
        [[sets]]
        times = 2
        reps = 8
        direction = "forward"
        period_s = 4
        rest_s = 20.5
        [[sets]]
        reps = 5
        """,
    )
    assert Programme.load(path) == Programme(
        (PlannedSet(8, "forward", 4, 20.5),) * 2 + (PlannedSet(5),), "mornings"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", r"expected a \[\[sets\]\] table for each set"),
        ("sets = 3", r"expected a \[\[sets\]\] table for each set"),
        ("[[sets]]\ndirection = 'forward'", r"expected reps in \[\[sets\]\] number 1, got none"),
        ("[[sets]]\nreps = 10\ndirection = 'clockwise'", "expected the direction .* 'clockwise', in .* number 1"),
        ("[[sets]]\nreps = 0", "whole number from 1 to 1000, got 0"),
        ("[[sets]]\nreps = true", "whole number from 1 to 1000, got True"),
        ("[[sets]]\nreps = 10\nrest = 5", "got 'rest'; is it misspelt"),
        ("[[sets]]\nreps = 10\nperiod_s = nan", "expected period_s"),
        ("[[sets]]\nreps = 10\ntimes = 101", "expected times"),
        (
            "[[sets]]\nreps = 10\ntimes = 99\n[[sets]]\nreps = 1\ntimes = 2",
            "1 to 100 sets in a programme, got 101",
        ),
        ("reps = [", "expected TOML"),
        (b"\xff\xfe\x00", "expected text in UTF-8"),
        ("x" * 70000, "at most 65536 bytes"),
        ("name = " + "[" * 5000, "expected TOML"),
    ],
)
def test_nonsense_is_told_in_one_line_with_the_file(tmp_path, text, told):
    path = written(tmp_path, text)
    with pytest.raises(ProgrammeError, match=told) as caught:
        Programme.load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    assert len(message) < 400


@pytest.mark.parametrize("name", ["", "no such file", "a\0b", "."])
def test_a_file_that_cannot_be_read_is_told(name):
    with pytest.raises(ProgrammeError, match="expected a programme"):
        Programme.load(name)
