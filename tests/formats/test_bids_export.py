"""Motion-BIDS: a recording and its reps as a data set, read back by us, by others, and by the validator."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from command_line import run
from elsewhere import LINES

import imucount
from imucount.errors import RecordingError
from imucount.formats.recording import Recording, RecordingWriter, write_csv
from imucount.formats.sessions import sessions_of
from imucount.simulate import Circles, Clip, Movement, simulate

STILL = Movement("standing", 4.0)


@pytest.fixture(scope="module")
def recording():
    script = [STILL, Circles(4, "forward"), Movement("standing", 8.0), Circles(3, "backward"), STILL]
    samples = simulate(script, clip=Clip(50.0), seed=2).samples
    metadata = {"start_utc": "2026-01-31T12:00:00.000+00:00", "device": "Clip 7, 00:11"}
    return Recording(samples, "left", 50.0, metadata)


@pytest.fixture(scope="module")
def session(recording):
    return imucount.count(recording)


@pytest.fixture(scope="module")
def motion(recording, session, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bids") / "circles"
    return Path(imucount.to_bids(recording, session, folder, subject="01", run=2))


def test_a_recording_is_read_back_as_it_was(recording, session, motion):
    back = imucount.read(motion)
    for quantity in ("t", "acc", "gyr"):
        assert np.array_equal(getattr(back.samples, quantity), getattr(recording.samples, quantity))
    assert (back.side, back.sampling_rate_hz) == ("left", 50.0)
    assert imucount.count(motion).reps == session.reps


def test_a_data_set_is_counted_as_its_recordings_alone(motion):
    folder = motion.parents[2]
    tables = sorted(map(str, folder.rglob("*.tsv")))
    assert len(tables) > 3
    assert sessions_of(tables) == [(str(motion),)]


@pytest.mark.parametrize("has_gyroscope", [True, False])
def test_time_begins_at_0_and_events_with_it(recording, tmp_path, has_gyroscope):
    samples = recording.samples
    late = imucount.Samples(1000.0 + samples.t, samples.acc, samples.gyr if has_gyroscope else None)
    session = imucount.count(late, "left")
    path = imucount.to_bids(Recording(late), session, tmp_path, subject="a1")
    back = imucount.read(path).samples
    assert np.allclose(back.t, samples.t - samples.t[0], atol=1e-9)
    assert back.has_gyroscope == has_gyroscope
    events = pd.read_csv(next(tmp_path.rglob("*_events.tsv")), sep="\t", na_values="n/a")
    assert events["onset"].tolist() == pytest.approx([rep.start_s - late.t[0] for rep in session.reps])
    if not has_gyroscope:
        assert set(events["trial_type"]) == {"rep"}


def test_events_are_the_reps_and_each_column_is_explained(session, motion):
    path = motion.parent / "sub-01_task-circles_run-2_events.tsv"
    events = pd.read_csv(path, sep="\t", na_values="n/a")
    assert events["trial_type"].tolist() == [rep.direction for rep in session.reps]
    assert events["set"].tolist() == [1] * 4 + [2] * 3
    assert events["rep"].tolist() == list(range(1, 8))
    assert (events["onset"] + events["duration"]).tolist() == pytest.approx([rep.end_s for rep in session.reps])
    explained = json.loads(path.with_suffix(".json").read_text("utf-8"))
    assert list(explained) == list(events.columns)
    assert "forward" in explained["trial_type"]["Levels"]


def test_the_sidecar_agrees_with_the_table(recording, motion):
    said = json.loads(motion.with_name(motion.name.replace(".tsv", ".json")).read_text("utf-8"))
    channels = pd.read_csv(motion.with_name(motion.name.replace("_motion", "_channels")), sep="\t")
    table = pd.read_csv(motion, sep="\t", header=None)
    assert said["MotionChannelCount"] == len(channels) == table.shape[1]
    for kind in ("ACCEL", "GYRO", "LATENCY"):
        assert said[f"{kind}ChannelCount"] == (channels["type"] == kind).sum()
    assert said["SamplingFrequency"] == 50.0
    assert said["ManufacturersModelName"] == "Clip 7, 00:11"
    scans = pd.read_csv(motion.parents[1] / "sub-01_scans.tsv", sep="\t")
    assert (motion.parents[1] / scans["filename"][0]).samefile(motion)
    assert scans["acq_time"][0] == "2026-01-31T12:00:00.000Z"


def test_several_recordings_are_one_data_set(recording, session, tmp_path):
    one = imucount.to_bids(recording, session, tmp_path, subject="01", visit="pre", run=1)
    with pytest.raises(RecordingError, match="got one that is there; is the run another"):
        imucount.to_bids(recording, session, tmp_path, subject="01", visit="pre", run=1)
    assert imucount.to_bids(recording, session, tmp_path, subject="01", visit="pre", run=1, replace=True) == one
    imucount.to_bids(recording, None, tmp_path, subject="01", visit="pre", run=2)
    imucount.to_bids(replace(recording, metadata={}), session, tmp_path, subject="02")
    participants = pd.read_csv(tmp_path / "participants.tsv", sep="\t")
    assert participants["participant_id"].tolist() == ["sub-01", "sub-02"]
    scans = pd.read_csv(tmp_path / "sub-01" / "ses-pre" / "sub-01_ses-pre_scans.tsv", sep="\t")
    assert len(scans) == 2
    assert not list((tmp_path / "sub-02").glob("*_scans.tsv"))
    with pytest.raises(RecordingError, match="expected one recording"):
        imucount.read(tmp_path)


@pytest.mark.parametrize(
    "labels",
    [{"subject": "sub-01"}, {"subject": ""}, {"subject": "1", "task": "two words"}, {"subject": "1", "run": 0}],
)
def test_labels_are_letters_and_digits(recording, tmp_path, labels):
    with pytest.raises(RecordingError, match="expected a"):
        imucount.to_bids(recording, None, tmp_path, **labels)
    assert not list(tmp_path.iterdir())


def test_the_command_counts_and_writes(recording, session, tmp_path):
    write_csv(tmp_path / "x.csv", recording)
    arguments = ("export", tmp_path / "x.csv", "--bids", tmp_path / "set", "--subject", "7", "--session", "a")
    done = run(*arguments)
    assert done.exit_code == 0, done.output
    assert "7 circles in 2 sets: 3 forward, 4 backward" in done.output
    assert imucount.count(next((tmp_path / "set").rglob("*_motion.tsv"))).reps == session.reps
    again = run(*arguments)
    assert again.exit_code == 1
    assert run(*arguments, "--force").exit_code == 0


def test_the_validator_has_no_error(motion):
    validator = shutil.which("bids-validator-deno", path=str(Path(sys.executable).parent))
    if validator is None:
        pytest.skip("bids-validator-deno is not installed")
    done = subprocess.run(
        [validator, str(motion.parents[2]), "--json", "--max-rows", "-1"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    issues = json.loads(done.stdout)["issues"]["issues"]
    assert [(each["code"], each.get("location")) for each in issues if each["severity"] == "error"] == []


@pytest.fixture(scope="module")
def files(recording, session, motion, tmp_path_factory):
    folder = tmp_path_factory.mktemp("elsewhere")
    with RecordingWriter(folder / "x.csv", has_gyroscope=True, side="left", sampling_rate_hz=50.0) as writer:
        writer.append(recording.samples[:500])
        writer.note("10.000 s: reconnected: The wearer's link is back.")
        writer.append(recording.samples[500:])
        writer.note("end_utc: 2026-01-31T12:01:00.000+00:00")
    session.to_csv(folder / "reps.csv")
    return {
        "motion": str(motion),
        "channels": str(motion).replace("_motion.tsv", "_channels.tsv"),
        "events": str(motion.parent / "sub-01_task-circles_run-2_events.tsv"),
        "recording": str(folder / "x.csv"),
        "reps": str(folder / "reps.csv"),
    }


def rows_of(line, recording, session):
    return len(recording.samples) if line.file in ("motion", "recording") else len(session.reps)


@pytest.mark.parametrize("line", [line for line in LINES if line.program == "python"], ids=str)
def test_the_lines_of_the_page_read_it_in_python(line, files, recording, session):
    table = eval(line.code, {"pd": pd, "pl": pl} | files)
    assert len(table) == rows_of(line, recording, session)


@pytest.mark.long
@pytest.mark.parametrize("line", [line for line in LINES if line.program in ("R", "octave")], ids=str)
def test_the_lines_of_the_page_read_it_elsewhere(line, files, recording, session):
    program, option, count = {
        "R": ("Rscript", "-e", "cat(nrow(x))"),
        "octave": ("octave-cli", "--eval", "printf('%d', size(x, 1))"),
    }[line.program]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    named = "".join(f'{name} = "{path}"; ' for name, path in files.items())
    code = f"{named}x = {line.code}; {count}"
    done = subprocess.run([program, option, code], capture_output=True, text=True, timeout=120)
    if "there is no package called" in done.stderr:
        pytest.skip(done.stderr.strip().splitlines()[0])
    assert done.stdout.strip().splitlines()[-1] == str(rows_of(line, recording, session)), done.stderr
