"""What a session says of where it comes from, by every way to one."""

import asyncio
import json

import pandas as pd
import pytest

import imucount
from imucount.formats.recording import Recording, write_csv
from imucount.provenance import Provenance, version
from imucount.simulate import Circles, Movement, simulate

HEADER = {
    "simulated": "yes",
    "start_utc": "2026-01-31T12:00:00.000+00:00",
    "device": "clip 7, 00:11",
    "sensor": "toy",
}


@pytest.fixture(scope="module")
def samples():
    still = Movement("standing", 4.0)
    return simulate([still, Circles(3, "forward"), still], seed=1).samples


@pytest.fixture(scope="module")
def profile():
    return imucount.teach(simulate([Circles(2, "forward")], seed=1).samples, direction="forward")


@pytest.fixture
def path(samples, tmp_path):
    write_csv(tmp_path / "x.csv", Recording(samples, "right", 100.0, HEADER))
    return tmp_path / "x.csv"


def test_a_file_tells_all_of_it_in_json_and_in_every_row(path, profile, tmp_path):
    session = imucount.count(path, side="left", min_reps=1, profile=profile)
    expected = Provenance(
        version=version(),
        file=str(path),
        start_utc=HEADER["start_utc"],
        device=HEADER["device"],
        simulated=True,
        settings={"min_reps": 1},
        profile=json.loads(profile.to_json()),
    )
    assert session.provenance == expected
    document = json.loads(session.to_json())
    assert document["version"] == imucount.__version__
    assert document["simulated"] is True
    assert document["profile"]["forward"] == list(profile.forward)
    assert (document["side"], document["exercise"]) == ("left", "shoulder-circles")
    session.to_csv(tmp_path / "reps.csv")
    for _, row in pd.read_csv(tmp_path / "reps.csv", dtype=str).iterrows():
        assert (row["file"], row["side"], row["exercise"]) == (str(path), "left", "shoulder-circles")
        assert (row["device"], row["start_utc"]) == (HEADER["device"], HEADER["start_utc"])
        assert (row["simulated"], row["version"]) == ("True", version())
        assert json.loads(row["settings"]) == {"min_reps": 1}
        assert imucount.Profile.from_json(row["profile"]) == profile


def test_a_recording_tells_all_but_the_file(path):
    of_file = imucount.count(path)
    of_recording = imucount.count(imucount.read_csv(path))
    assert of_recording == of_file
    assert of_recording.provenance.file is None
    assert of_recording.provenance.of({}, path) == of_file.provenance


def test_samples_tell_only_what_counted_them(samples):
    assert imucount.count(samples).provenance == Provenance(version(), settings={"min_reps": 2})


def test_the_same_circles_from_elsewhere_are_an_equal_session(samples, path):
    assert imucount.count(samples, side="right") == imucount.count(path)


@pytest.mark.parametrize(("said", "simulated"), [("yes", True), ("no", False), ("", None), (" Yes", True)])
def test_simulated_is_what_the_header_says(said, simulated):
    assert Provenance().of({"simulated": said}).simulated is simulated
    assert Provenance().of({}).simulated is None


def test_the_kind_of_a_clip_is_told_where_it_has_no_name():
    assert Provenance().of({"sensor": "toy"}).device == "toy"


@pytest.mark.long
def test_a_recording_of_the_virtual_clip_says_that_it_is_simulated(tmp_path):
    async def live():
        async with imucount.open_source("sim:forward", speed=50) as source:
            with imucount.Recorder(tmp_path / "live.csv", source) as recorder:
                return await imucount.count_live(source, imucount.RepCounter(source.side), recorder=recorder)

    session = asyncio.run(live())
    assert session.provenance.simulated is True
    assert session.provenance.device == imucount.read_csv(tmp_path / "live.csv").metadata["device"]
    assert "# simulated: yes\n" in (tmp_path / "live.csv").read_text("utf-8")
    again = imucount.count(tmp_path / "live.csv")
    assert again.provenance.simulated is True
    assert again.reps == session.reps


def test_things_are_shown_in_a_few_words(samples):
    counter = imucount.RepCounter("right")
    counter.update(samples)
    shown = [repr(each) for each in (samples, samples[:1], Recording(samples, "left"), counter)]
    assert shown[0].startswith("<Samples: ")
    assert shown[0].endswith(" Hz, with gyroscope>")
    assert shown[1] == "<Samples: 1 sample, with gyroscope>"
    assert shown[2].endswith("with gyroscope, side left>")
    assert shown[3].startswith("<RepCounter of shoulder-circles, side right: ")
    counter.finish()
    assert repr(counter) == "<RepCounter of shoulder-circles, side right: 3 reps, finished>"
