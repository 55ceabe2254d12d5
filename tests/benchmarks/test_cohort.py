"""The benchmark of cohorts: what it writes is counted by both."""

from benchmarks import cohort
from imucount.simulate import Circles, Movement, simulate


def test_copies_are_counted_by_both(tmp_path):
    still = Movement("standing", 3.0)
    samples = simulate([still, Circles(4, "forward", period_s=2.5), still], seed=1).samples
    cohort.write_copies(tmp_path / "cohort", [samples], 3)
    assert len({path.read_bytes() for path in (tmp_path / "cohort").iterdir()}) == 1
    own, peer = cohort.rates_per_min(tmp_path, cohort.serial, 1)
    assert min(own, peer) > 0.0
    assert [line.split(",")[1] for line in (tmp_path / "peaks.csv").read_text().splitlines()] == ["4"] * 3
