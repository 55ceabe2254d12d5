"""A real Dask cluster on this machine: a scheduler and two workers, each a process of its own."""

import os
import signal
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cohort.recorded import COUNTED, POISONED, write_cohort
from command_line import run
from deadly import Deadly

import imucount
from imucount.cohort.dask_cluster import dask_executor
from imucount.cohort.running import WorkersLost, on_executor
from imucount.cohort.task import Settings, Task

pytestmark = [
    pytest.mark.long,
    # What Dask leaves open as it ends is its own.
    *(pytest.mark.filterwarnings(f"ignore::{each}") for each in ("ResourceWarning", "DeprecationWarning")),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    return write_cohort(tmp_path_factory.mktemp("cohort"))


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed", reason="the extra dask is not installed")
    with (
        warnings.catch_warnings(action="ignore"),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, scheduler_port=0
        ) as local,
    ):
        yield local


def workers_of(cluster):
    return [nanny.pid for nanny in cluster.workers.values()]


def results(out):
    return {path.name: path.read_bytes() for path in (Path(out) / "sessions").iterdir()}


def test_the_same_as_here(cluster, cohort, tmp_path):
    here = imucount.batch(cohort, tmp_path / "here", processes=1)
    result = run("batch", cohort, "-o", tmp_path / "there", "--dask", cluster.scheduler_address)
    assert result.exit_code == 1
    assert result.stdout.startswith("4 recordings counted: 12 circles in 3 sets")
    assert result.stderr.startswith(f"Error: {cohort / POISONED}: line 1: expected")
    assert results(tmp_path / "there") == results(tmp_path / "here")
    for name in ("reps.csv", "sets.csv", "errors.csv"):
        assert (tmp_path / "there" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()
    assert here.reps == sum(COUNTED.values())


def test_a_worker_that_is_killed_loses_nothing(cluster, cohort, tmp_path):
    before = workers_of(cluster)

    def kill(done, left, failed):
        if done == 1:
            os.kill(before[0], signal.SIGKILL)

    with dask_executor(cluster.scheduler_address) as executor:
        made = imucount.batch(
            [cohort, *copies(cohort, 20, tmp_path)], tmp_path / "out", executor=executor, progress=kill
        )
    assert workers_of(cluster) != before
    assert (len(made.files), len(made.failures)) == (len(COUNTED) + 20, 1)
    assert made.reps == sum(COUNTED.values()) + 20 * COUNTED["bob/right.csv"]


def copies(cohort, number, folder):
    paths = [folder / f"copy{each}.csv" for each in range(number)]
    for path in paths:
        path.write_bytes((cohort / "bob/right.csv").read_bytes())
    return paths


def test_a_recording_that_ends_every_worker_fails_alone(cluster, cohort):
    deadly, good = (Task((str(cohort / name),), kind()) for name, kind in zip(COUNTED, (Deadly, Settings)))
    with dask_executor(cluster.scheduler_address) as executor:
        outcomes = dict(on_executor([deadly, good], executor))
    assert outcomes[deadly].error == "KilledWorker"
    assert outcomes[good].session == imucount.count(good.path).to_json()


class KilledWorker(Exception):
    """As Dask raises it for all that a worker had."""


class Blaming(ThreadPoolExecutor):
    """Blames everything for the end of a worker as long as something that ends one is about."""

    def __init__(self):
        super().__init__(1)
        self.about = []

    def submit(self, count, task):
        self.about.append(task)
        return super().submit(self._count, count, task)

    def _count(self, count, task):
        while len(self.about) < 3:
            time.sleep(0.001)
        if isinstance(task.settings, Deadly) or len(self.about) == 3:
            raise KilledWorker(task.path)
        return count(task)


class ShutAfter(Blaming):
    """Is shut down before anything is counted alone."""

    def submit(self, count, task):
        if len(self.about) == 3:
            raise RuntimeError("cannot schedule new futures after shutdown")
        return super().submit(count, task)


def test_what_is_blamed_as_the_executor_goes_is_not_lost(cohort):
    tasks = [Task((str(cohort / name),), Settings()) for name in [*COUNTED][:3]]
    with ShutAfter() as executor, pytest.raises(WorkersLost) as lost:
        list(on_executor(tasks, executor))
    assert set(lost.value.tasks) == set(tasks)


def test_who_was_beside_what_ended_a_worker_is_counted_alone(cohort):
    kinds = (Settings, Deadly, Settings)
    tasks = [Task((str(cohort / name),), kind()) for name, kind in zip([*COUNTED, *COUNTED][:3], kinds)]
    with Blaming() as executor:
        outcomes = dict(on_executor(tasks, executor))
    assert [outcomes[task].error for task in tasks] == [None, "KilledWorker", None]
