"""Results are written whole or not at all."""

import os
import stat

import pytest

from imucount.errors import RecordingError
from imucount.whole_file import check_place, replaced


def test_a_failure_on_the_way_leaves_the_older_file_and_nothing_beside(tmp_path):
    path = tmp_path / "result.csv"
    path.write_text("older")

    def fail(error):
        with replaced(path) as file:
            file.write("half")
            raise error

    with pytest.raises(RecordingError, match="No space"):
        fail(OSError(28, "No space left on device"))
    with pytest.raises(KeyboardInterrupt):
        fail(KeyboardInterrupt())
    assert path.read_text() == "older"
    assert os.listdir(tmp_path) == ["result.csv"]


def test_a_new_file_has_usual_permissions_and_an_older_one_keeps_its_own(tmp_path):
    new, usual = tmp_path / "new", tmp_path / "usual"
    usual.touch()
    with replaced(new) as file:
        file.write("x")
    assert stat.S_IMODE(new.stat().st_mode) == stat.S_IMODE(usual.stat().st_mode)
    new.chmod(0o640)
    with replaced(new) as file:
        file.write("y")
    assert stat.S_IMODE(new.stat().st_mode) == 0o640
    assert new.read_text() == "y"


def test_what_a_link_leads_to_is_replaced(tmp_path):
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder" / "target", tmp_path / "link"
    target.write_text("older")
    link.symlink_to(target)
    with replaced(link) as file:
        file.write("newer")
    assert link.is_symlink()
    assert target.read_text() == "newer"


def test_a_device_is_written_to_where_it_is():
    with replaced(os.devnull) as file:
        file.write("x")
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_a_full_device_is_told():
    if not os.path.exists("/dev/full"):
        pytest.skip("/dev/full is a device of Linux")
    with pytest.raises(RecordingError, match="No space"), replaced("/dev/full") as file:
        file.write("x" * 100_000)


@pytest.mark.parametrize(
    ("name", "words"),
    [("", "empty"), (".", "directory"), ("none/x.csv", "does not exist"), ("a\0b", "null")],
)
def test_a_place_that_cannot_be_written_is_told_before(tmp_path, name, words):
    path = os.path.join(tmp_path, name) if name else ""
    for use in (check_place, lambda path: replaced(path).__enter__()):
        with pytest.raises(RecordingError, match=words) as caught:
            use(path)
        assert str(caught.value).count("\n") == 0
