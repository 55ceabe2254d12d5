import csv
import json
import multiprocessing
import os
import pickle
import shutil
import subprocess
import sys
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from cohort.recorded import COUNTED, POISONED, write_cohort
from command_line import run
from deadly import Deadly

import imucount
from imucount.cohort import running, task
from imucount.cohort.running import in_processes
from imucount.cohort.task import Outcome, Settings, Task, count_recording, failure


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    return write_cohort(tmp_path_factory.mktemp("cohort"))


@pytest.fixture(scope="module")
def threads():
    with ThreadPoolExecutor(2) as executor:
        yield executor


@pytest.fixture(scope="module")
def done(cohort, threads, tmp_path_factory):
    out = tmp_path_factory.mktemp("counted") / "new" / "out"
    return imucount.batch(cohort, out, executor=threads, parquet=True)


def results(out):
    return {path.name: path.read_bytes() for path in (Path(out) / "sessions").iterdir()}


def reps_by_file(table, cohort):
    sizes = table.groupby("file").size()
    return {name: int(sizes.get(str(cohort / name), 0)) for name in COUNTED}


def test_each_is_counted_as_alone(done, cohort):
    assert done.files == tuple(str(cohort / name) for name in COUNTED)
    alone = [imucount.count(file) for file in done.files]
    assert list(done.sessions()) == alone
    assert [session.provenance for session in done.sessions()] == [session.provenance for session in alone]
    assert (done.reps, done.sets, done.unchanged) == (sum(COUNTED.values()), 3, 0)


def test_one_that_cannot_be_read_fails_alone(done, cohort):
    (failed,) = done.failures
    assert (failed.file, failed.error) == (str(cohort / POISONED), "RecordingError")
    assert failed.message.startswith("line 1: expected")
    with open(Path(done.out) / "errors.csv", encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == [
            {"file": failed.file, "error": failed.error, "message": failed.message}
        ]


@pytest.mark.parametrize("rows", ["reps", "sets"])
def test_the_tables_hold_all(done, cohort, rows):
    frame = done.to_frame(rows)
    assert list(frame.columns[:2]) == ["file", rows.removesuffix("s")]
    assert "value" not in frame.columns
    repeated = frame if rows == "reps" else frame.loc[frame.index.repeat(frame["reps"])]
    assert reps_by_file(repeated, cohort) == COUNTED
    pd.testing.assert_frame_equal(
        pd.read_csv(Path(done.out) / f"{rows}.csv", dtype=frame.dtypes.to_dict()), frame, check_exact=False
    )


@pytest.mark.parametrize("rows", ["reps", "sets"])
def test_parquet_is_read_back_equal(done, rows):
    path = Path(done.out) / f"{rows}.parquet"
    frame = done.to_frame(rows)
    pd.testing.assert_frame_equal(pd.read_parquet(path), frame)
    table = pl.read_parquet(path)
    assert table.schema["device"] == pl.String  # a column that is empty
    assert table.schema["simulated"] == pl.Boolean
    assert table.schema["elevation_deg"] == pl.Float64
    assert table.rows() == pl.from_pandas(frame).rows()


def test_without_a_rep_types_are_the_same(cohort, done, threads, tmp_path):
    imucount.batch(cohort / "bob" / "left.csv", tmp_path, executor=threads, parquet=True)
    for rows in ("reps", "sets"):
        empty, full = (Path(out) / f"{rows}.parquet" for out in (tmp_path, done.out))
        assert pl.read_parquet(empty).schema == pl.read_parquet(full).schema
        assert pd.read_parquet(empty).dtypes.equals(pd.read_parquet(full).dtypes)
        assert pl.read_parquet(empty).is_empty()


def test_a_session_as_parquet(done, tmp_path):
    for number, session in enumerate(done.sessions()):
        session.to_parquet(tmp_path / f"{number}.parquet", "sets")
        pd.testing.assert_frame_equal(
            pd.read_parquet(tmp_path / f"{number}.parquet"), session.to_frame("sets").reset_index()
        )


def test_what_is_counted_is_not_counted_again(cohort, done, threads, tmp_path, monkeypatch):
    out = shutil.copytree(done.out, tmp_path / "out")
    for name in COUNTED:
        os.utime(cohort / name)
    before = results(out)
    monkeypatch.setattr(task, "count", None)
    again = imucount.batch(cohort, out, executor=threads)
    assert again.unchanged == len(COUNTED)
    assert results(out) == before
    assert again.to_frame().equals(done.to_frame())
    assert [failed.error for failed in again.failures] == ["TypeError"]  # what failed is tried again


def test_what_changed_is_counted_again(tmp_path, threads):
    cohort = write_cohort(tmp_path / "cohort")
    out = tmp_path / "out"
    imucount.batch(cohort, out, executor=threads)
    shutil.copy(cohort / "bob/right.csv", cohort / "ann/left.csv")
    shutil.copy(cohort / "ann/right.csv", cohort / POISONED)
    again = imucount.batch(cohort, out, executor=threads)
    assert (again.unchanged, again.failures) == (len(COUNTED) - 1, ())
    expected = COUNTED | {"ann/left.csv": COUNTED["bob/right.csv"]}
    assert reps_by_file(pd.read_csv(out / "reps.csv"), cohort) == expected
    assert len(results(out)) == len(COUNTED) + 1
    assert (out / "errors.csv").read_text() == "file,error,message\n"
    assert imucount.batch(cohort, out, side="left", executor=threads).unchanged == 0


def test_another_version_counts_again(cohort, done, threads, tmp_path, monkeypatch):
    monkeypatch.setattr(task, "version", lambda: "another")
    out = shutil.copytree(done.out, tmp_path / "out")
    assert imucount.batch(cohort / "bob", out, executor=threads).unchanged == 0


def test_results_among_the_recordings_are_none(tmp_path, threads):
    cohort = write_cohort(tmp_path)
    for unchanged in (0, len(COUNTED)):
        again = imucount.batch([cohort, cohort / "ann"], cohort / "out", executor=threads)
        assert (len(again.files), again.unchanged) == (len(COUNTED), unchanged)
    elsewhere = imucount.batch(cohort, tmp_path / "elsewhere", executor=threads)
    assert (len(elsewhere.files), len(elsewhere.failures)) == (len(COUNTED), 1)


def test_a_cohort_is_shown_in_one_line(done):
    told = f"{done.reps} reps in {done.sets} sets; {len(done.failures)} not counted; in {done.out}"
    assert repr(done) == f"<Batch of {len(done.files)} recordings, {told}>"


def test_without_a_folder_results_last_as_long_as_what_is_returned(cohort, threads):
    made = imucount.batch([cohort / "ann" / "left.csv"], executor=threads)
    out = Path(made.out)
    assert len(made.to_frame()) == COUNTED["ann/left.csv"]
    del made
    assert not out.exists()


def test_progress_tells_what_is_left(cohort, threads):
    told = []
    imucount.batch(cohort, executor=threads, progress=lambda *numbers: told.append(numbers))
    assert [done + left for done, left, _ in told] == [len(COUNTED) + 1] * (len(COUNTED) + 1)
    assert told[-1] == (len(COUNTED) + 1, 0, 1)


class Spiteful(Exception):
    def __init__(self, one, two):
        super().__init__(one)

    def __str__(self):
        raise RuntimeError("no words")


@pytest.mark.parametrize("raised", [Spiteful(1, 2), SystemExit(3), MemoryError(), RecursionError("deep")])
def test_whatever_a_reader_raises_becomes_a_row(cohort, monkeypatch, raised):
    def broken(*_, **__):
        raise raised

    monkeypatch.setattr(task, "count", broken)
    outcome = count_recording(Task((str(cohort / "ann/left.csv"),), Settings()))
    assert pickle.loads(pickle.dumps(outcome)) == outcome
    assert outcome.error == type(raised).__name__
    assert outcome.message


def test_a_task_goes_to_a_worker_and_back():
    given = Task(("a.csv",), Settings("left", profile=imucount.Profile((1.0, 0.0, 0.0), (0.0, 0.0, 1.0))), "0a")
    assert pickle.loads(pickle.dumps(given)) == given


class Breaking:
    """An executor that works so many times."""

    def __init__(self, works):
        self._works = works

    def submit(self, work, *arguments):
        future = Future()
        if self._works > 0:
            future.set_result(work(*arguments))
        else:
            future.set_exception(BrokenExecutor("gone"))
        self._works -= 1
        return future


def test_when_the_workers_are_gone_what_was_counted_is_kept(cohort, threads, tmp_path):
    with pytest.raises(imucount.CountingError, match="goes on from there"):
        imucount.batch(cohort / "bob", tmp_path, executor=Breaking(1))
    assert len(results(tmp_path)) == 1
    assert imucount.batch(cohort / "bob", tmp_path, executor=threads).unchanged == 1


def test_a_task_that_an_executor_loses_fails_alone(cohort):
    class Losing(Breaking):
        def submit(self, work, given):
            if "left" not in given.path:
                return super().submit(work, given)
            future = Future()
            future.set_exception(OSError("killed by the scheduler"))
            return future

    made = imucount.batch(cohort / "ann", executor=Losing(10))
    assert [(Path(each.file).name, each.error) for each in made.failures] == [
        ("left.csv", "OSError"),
        ("poison.csv", "RecordingError"),
    ]


def test_an_executor_that_is_shut_down(cohort):
    with ThreadPoolExecutor(1) as executor:
        pass
    with pytest.raises(imucount.CountingError, match="gave up"):
        imucount.batch(cohort, executor=executor)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"side": "up"}, "side"),
        ({"min_reps": 0}, "min_reps"),
        ({"processes": 0}, "at least 1 process"),
        ({"processes": 2, "executor": Breaking(0)}, "got both"),
        ({"executor": "dask"}, "got str"),
    ],
)
def test_what_cannot_be_is_refused_before_the_work(cohort, tmp_path, arguments, told):
    with pytest.raises(imucount.CountingError, match=told):
        imucount.batch(cohort, tmp_path / "out", **arguments)
    assert not (tmp_path / "out").exists()


def test_nothing_to_count_is_told(tmp_path, threads):
    with pytest.raises(imucount.CountingError, match="got none"):
        imucount.batch([], executor=threads)
    (tmp_path / "file").touch()
    with pytest.raises(imucount.RecordingError):
        imucount.batch([tmp_path / "file"], tmp_path / "file", executor=threads)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_what_never_ends_is_no_recording(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    outcome = count_recording(Task((str(tmp_path / "pipe.csv"),), Settings()))
    assert outcome == failure(
        imucount.RecordingError("expected a file, got a directory, a device or a pipe", tmp_path / "pipe.csv")
    )


def test_a_damaged_result_is_told_with_its_name(cohort, done, threads, tmp_path):
    out = shutil.copytree(done.out, tmp_path / "out")
    damaged = min((out / "sessions").iterdir())
    damaged.write_text("{")
    with pytest.raises(imucount.RecordingError, match="counted again") as raised:
        imucount.batch(cohort, out, executor=threads)
    assert raised.value.path == str(damaged)
    damaged.unlink()
    assert imucount.batch(cohort, out, executor=threads).reps == done.reps


@pytest.mark.parametrize("processes", [None, pytest.param(2, marks=pytest.mark.long)])
def test_the_command(cohort, done, tmp_path, monkeypatch, processes):
    """In this process, which is quick, and in two others."""
    if processes is None:
        monkeypatch.setattr(
            running, "in_processes", lambda tasks, _: ((each, count_recording(each)) for each in tasks)
        )
    out = tmp_path / "out"
    result = run(
        "batch", cohort, "-o", out, "--parquet", *([] if processes is None else ["--processes", processes])
    )
    assert result.exit_code == 1
    assert result.stdout == f"4 recordings counted: 12 circles in 3 sets, in {out}\n"
    assert result.stderr.startswith(f"Error: {cohort / POISONED}: line 1: expected")
    assert results(out) == results(done.out)
    for name in ("reps.csv", "sets.csv", "errors.csv"):
        assert (out / name).read_bytes() == (Path(done.out) / name).read_bytes()
    again = run("batch", cohort / "bob", "-o", out)
    assert again.exit_code == 0
    assert again.stdout.startswith("2 recordings counted, 2 of them before: 5 circles in 1 set, in ")


def test_the_command_refuses(cohort, tmp_path):
    assert run("batch", cohort, "-o", tmp_path, "--dask", "x", "--processes", "2").exit_code == 2
    result = run("batch", cohort, "-o", tmp_path, "--dask", "nonsense://x")
    assert result.exit_code == 1
    assert "Dask scheduler" in result.stderr


@pytest.mark.long
def test_a_process_that_is_killed_loses_nothing(cohort, done, tmp_path):
    killed = []

    def kill(*_):
        if not killed:
            killed.append(multiprocessing.active_children()[0])
            killed[0].kill()

    made = imucount.batch(cohort, tmp_path, processes=2, progress=kill)
    assert killed
    assert made.files == done.files
    assert results(tmp_path) == results(done.out)


@pytest.mark.long
def test_a_recording_that_ends_its_process_fails_alone(cohort):
    paths = [str(cohort / name) for name in COUNTED]
    deadly = [Task((path,), Deadly()) for path in paths[:1]]
    good = [Task((path,), Settings()) for path in paths[1:]]
    outcomes = dict(in_processes([*good[:1], *deadly, *good[1:]], 2))
    assert outcomes.pop(deadly[0]).error == "ProcessEnded"
    assert {given: outcome.session for given, outcome in outcomes.items()} == {
        given: imucount.count(given.path).to_json() for given in good
    }


@pytest.mark.long
def test_a_script_without_a_guard_is_told_why_nothing_starts(cohort, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(f"import imucount\nimucount.batch({str(cohort)!r}, processes=1)\n")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120)
    assert done.stderr.splitlines()[-1].startswith("imucount.errors.CountingError")
    assert "__main__" in done.stderr.splitlines()[-1]


def test_json_of_a_result_is_a_session(done):
    text = next((Path(done.out) / "sessions").iterdir()).read_text("utf-8")
    assert json.loads(text)["schema_version"] == 1
    assert imucount.Session.from_json(text) in list(done.sessions())


def test_an_outcome_without_a_key_has_a_reason():
    assert failure(ValueError()) == Outcome(error="ValueError", message="ValueError")
