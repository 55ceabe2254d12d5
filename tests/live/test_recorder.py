import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from scripted import Scripted, short_session

import imucount
from imucount.errors import RecordingError
from imucount.formats.csv_reader import open_csv, read_csv
from imucount.live.recorder import Recorder
from imucount.samples import Samples
from imucount.sources.source import Notice


@pytest.fixture
def path(tmp_path):
    return tmp_path / "session.csv"


@pytest.fixture(scope="module")
def samples():
    return short_session()


def table(samples):
    return np.column_stack([samples.t, samples.acc, samples.gyr])


def test_the_header_says_what_is_known_of_the_source(path, samples):
    source = Scripted([], name="clip\n7")
    source.metadata |= {"name": "a clip\nnamed \x1b[31m"}
    before = datetime.now(UTC)
    with Recorder(path, source, side="left") as recorder:
        recorder.append(samples[:100])
    recording = read_csv(path)
    assert (recording.side, recording.sampling_rate_hz) == ("left", 100.0)
    start = datetime.fromisoformat(recording.metadata.pop("start_utc"))
    assert abs(start - before + timedelta(seconds=samples[:100].duration_s)) < timedelta(seconds=5)
    software = recording.metadata.pop("software", None)
    assert software is None or software.startswith("imucount ")
    assert recording.metadata == {"sensor": "scripted", "acc_range_g": "8", "name": "a clip named \\x1b[31m"}
    assert "# units: t s, acc m/s^2, gyr rad/s" in path.read_text("utf-8").splitlines()


def test_the_side_of_the_source_is_taken_where_none_is_told(path, samples):
    with Recorder(path, Scripted([], side="right")) as recorder:
        recorder.append(samples)
    assert read_csv(path).side == "right"


def test_it_is_read_while_it_is_written(path, samples):
    with Recorder(path, Scripted([])) as recorder:
        for end in range(100, 600, 100):
            recorder.append(samples[end - 100 : end])
            assert np.array_equal(table(read_csv(path).samples), table(samples[:end]))
            assert "was not finished" in read_csv(path).warnings[0]
    assert read_csv(path).warnings == ()


def test_what_happens_is_told_after_rows_that_are_alone(path, samples):
    source = Scripted([])
    with Recorder(path, source) as recorder:
        recorder.note(Notice(0.0, "connected", "To the clip."))
        recorder.append(samples[:200])
        recorder.note(Notice(2.5, "dropped", "The link\nwas lost."))
        recorder.append(samples[300:500])
        source.summary = {"packets": "12 samples\nwere lost"}
        source.warnings = ("1 % of the packets were lost.",)
    lines = path.read_text("utf-8").splitlines()
    first = lines.index("t,ax,ay,az,gx,gy,gz")
    assert "# recorded live: a line with end_utc follows the last row" in lines[:first]
    assert not any(line.startswith("#") for line in lines[first:-5])
    assert lines[-5:-1] == [
        "# 0.000 s: connected: To the clip.",
        "# 2.500 s: dropped: The link was lost.",
        "# packets: 12 samples were lost",
        "# warning: 1 % of the packets were lost.",
    ]
    assert lines[-1].startswith("# end_utc: 2")
    assert not path.with_name(f"{path.name}.notes").exists()
    recording = read_csv(path)
    assert np.array_equal(
        table(recording.samples), np.concatenate([table(samples[:200]), table(samples[300:500])])
    )
    assert recording.warnings == ("1 % of the packets were lost.",)
    with open_csv(path) as reader:
        list(reader)
    assert reader.notes[3] == "packets: 12 samples were lost"


def test_what_happened_is_known_of_a_recording_that_was_not_closed(path, samples):
    """As when the process is killed; a recording of the same name later has nothing of it."""
    recorder = Recorder(path, Scripted([]))
    recorder.append(samples[:200])
    recorder.note(Notice(2.5, "dropped", "The link was lost."))
    recorder.append(samples[300:500])
    beside = path.with_name(f"{path.name}.notes")
    killed, notes = path.read_text("utf-8"), beside.read_text("utf-8")
    recorder.close()
    path.write_text(killed)
    beside.write_text(f"{notes}# 3.000 s: recon")  # it was being written
    recording = read_csv(path)
    assert recording.warnings[0] == "At 2.500 s: The link was lost."
    assert "was not finished" in recording.warnings[1]
    assert len(recording.samples) == 400
    path.unlink()
    with Recorder(path, Scripted([])) as again:
        again.append(samples)
    assert read_csv(path).warnings == ()
    assert not beside.exists()


def test_a_file_that_exists_is_never_replaced(path):
    path.write_text("mine")
    with pytest.raises(RecordingError, match=r"session\.csv: expected the name of a new file"):
        Recorder(path, Scripted([]))
    assert path.read_text() == "mine"


def test_a_place_that_cannot_be_written_shows_before_anything_else(tmp_path):
    for bad in (tmp_path / "absent" / "x.csv", "x\0.csv"):
        with pytest.raises(RecordingError, match="can be written"):
            Recorder(bad, Scripted([]))


def test_without_samples_no_file_is_left(path):
    with Recorder(path, Scripted([])) as recorder:
        assert path.exists()
        recorder.note(Notice(0.0, "connected", "To the clip."))
    assert not path.exists()
    recorder.close()


def test_samples_that_do_not_follow_are_refused(path, samples):
    with Recorder(path, Scripted([])) as recorder:
        recorder.append(samples[:100])
        with pytest.raises(RecordingError, match="twice"):
            recorder.append(samples[99:])
        with pytest.raises(RecordingError, match="angular rate"):
            recorder.append(Samples(samples.t[100:], samples.acc[100:]))
        recorder.append(samples[100:200])
    assert len(read_csv(path).samples) == 200


@pytest.mark.skipif(os.name != "posix", reason="other systems keep a file that is open from being removed")
def test_a_file_that_is_removed_is_written_anew_and_told(path, samples):
    with Recorder(path, Scripted([])) as recorder:
        recorder.append(samples[:500])
        path.unlink()
        recorder.append(samples[500:600])
        recorder.append(samples[600:700])
    (notice,) = recorder.notices
    assert notice.kind == "recording"
    assert "removed" in notice.text
    with open_csv(path) as reader:
        assert np.array_equal(table(Samples.concatenate(list(reader))), table(samples[:700]))
    assert f"{notice.time_s:.3f} s: recording: {notice.text}" in reader.notes


@pytest.mark.skipif(os.name != "posix", reason="other systems keep a file that is open from being removed")
def test_a_folder_that_is_removed_is_told(tmp_path, samples):
    folder = tmp_path / "folder"
    folder.mkdir()
    recorder = Recorder(folder / "x.csv", Scripted([]))
    recorder.append(samples[:500])
    (folder / "x.csv").unlink()
    folder.rmdir()
    with pytest.raises(RecordingError, match="can be written"):
        recorder.append(samples[500:600])
    assert recorder.is_broken
    recorder.close()


def test_the_start_is_that_of_the_first_sample_however_long_it_was_held_back(path, samples):
    source = Scripted([])
    source.origin_utc = datetime(2026, 1, 31, 12, tzinfo=UTC)
    with Recorder(path, source) as recorder:
        recorder.append(samples[130:500])
    start = datetime.fromisoformat(read_csv(path).metadata["start_utc"])
    assert (start - source.origin_utc).total_seconds() == pytest.approx(samples.t[130], abs=1e-3)


# A process that is killed

RECORDING = """
import sys, time
from imucount.live.recorder import Recorder
from imucount.samples import Samples
sys.path.insert(0, sys.argv[2])
from scripted import Scripted
from imucount.sources.source import Notice
with Recorder(sys.argv[1], Scripted([])) as recorder:
    recorder.note(Notice(0.0, "dropped", "The link was lost."))
    start_s = time.time()
    n = 0
    while True:
        time.sleep(0.02)
        last = int((time.time() - start_s) * 100)
        if last > n:
            t = [start_s + each / 100 for each in range(n, last)]
            recorder.append(Samples(t, [[each % 7 / 7, 0, 9.81] for each in range(n, last)]))
            n = last
"""


def recording_process(path, code=RECORDING):
    return subprocess.Popen(
        [sys.executable, "-c", code, str(path), str(Path(__file__).parents[1])],
        env=os.environ | {"PYTHONPATH": str(Path(imucount.__file__).parents[1])},
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is a POSIX signal")
def test_a_recording_is_complete_to_the_last_second_after_kill_9(path):
    process = recording_process(path)
    while process.poll() is None and (not path.exists() or path.stat().st_size < 20_000):
        time.sleep(0.05)
    killed_s = time.time()
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    recording = read_csv(path)
    t = recording.samples.t
    # The times of the samples are those of the computer's clock.
    assert killed_s - 1.0 <= t[-1] <= killed_s + 0.1
    assert np.round(np.diff(t), 3).tolist() == [0.01] * (len(t) - 1)
    lost, unfinished, *_ = recording.warnings[-2:]
    assert lost == "At 0.000 s: The link was lost."
    assert unfinished.startswith("The recording was not finished")
    assert recording.samples.acc[:, 0].tolist() == [n % 7 / 7 for n in range(len(t))]


FULL = """
import resource, sys
from imucount.errors import RecordingError
from imucount.live.recorder import Recorder
sys.path.insert(0, sys.argv[2])
from scripted import Scripted, short_session
samples = short_session()
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 40_000))
recorder = Recorder(sys.argv[1], Scripted([]))
for start in range(0, len(samples), 10):
    try:
        recorder.append(samples[start : start + 10])
    except RecordingError as error:
        print(error, file=sys.stderr)
        break
assert recorder.is_broken
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))  # room again: what is missing stays missing
try:
    recorder.close()
except RecordingError:
    pass
"""


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="the size of files is limited by a POSIX call")
def test_of_a_full_disk_is_told_and_what_was_written_is_kept(path, samples):
    process = recording_process(path, FULL)
    err = process.communicate(timeout=60)[1]
    assert process.returncode == 0
    assert re.fullmatch(r"\S+session\.csv: expected a file that can be written, got: [^\n]+\n", err)
    back = read_csv(path).samples
    assert len(back) > 100
    assert np.array_equal(table(back), table(samples[: len(back)]))
    assert "was not finished" in read_csv(path).warnings[-1]
