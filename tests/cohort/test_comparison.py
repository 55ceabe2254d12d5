import pandas as pd
import pytest
from command_line import run

import imucount
from imucount.cohort.comparison import MEASURES


def reps(*rows):
    """Reps of (file, side, length)."""
    table = pd.DataFrame(rows, columns=["file", "side", "duration_s"])
    return table.reindex(columns=["file", "side", *MEASURES])


COHORT = reps(
    *(("c/ann/1.csv", "left", length) for length in (2.0, 3.0, 9.0)),
    *(("c/ann/2.csv", "right", length) for length in (4.0, 5.0)),
    ("c/bob/1.csv", "left", 3.0),
    ("c/bob/1.csv", "right", 2.0),
    ("c/eve/1.csv", "left", 7.0),
    ("c/eve/2.csv", None, 1.0),
)


def rows_of(found, measure="duration_s"):
    rows = found[found["measure"] == measure].drop(columns="measure")
    return [[None if pd.isna(value) else value for value in row] for row in rows.to_numpy(dtype=object)]


def test_sides():
    assert rows_of(imucount.compare(COHORT)) == [
        ["ann", 3.0, 3, 4.5, 2, 1.5],
        ["bob", 3.0, 1, 2.0, 1, -1.0],
        ["eve", 7.0, 1, None, 0, None],
        [None, 3.0, 2, 3.25, 2, 0.25],
    ]


def test_before_and_after():
    after = COHORT.assign(duration_s=COHORT["duration_s"] - 1.0)[:-2]
    found = imucount.compare(COHORT, after)
    assert list(found.columns[2:6]) == ["before", "before_n", "after", "after_n"]
    assert rows_of(found) == [
        ["ann", 4.0, 5, 3.0, 5, -1.0],
        ["bob", 2.5, 2, 1.5, 2, -1.0],
        ["eve", 4.0, 2, None, 0, None],
        [None, 3.25, 2, 2.25, 2, -1.0],
    ]


def test_a_measure_that_nobody_has_is_not_known():
    assert rows_of(imucount.compare(COHORT), "back_s") == [
        *([wearer, None, 0, None, 0, None] for wearer in ("ann", "bob", "eve")),
        [None, None, 0, None, 0, None],
    ]


def test_the_wearer_is_told_by_a_part_of_the_name():
    table = reps(("sub-01_left.csv", "left", 2.0), (r"day\sub-01_right.csv", "right", 3.0))
    for wearer in (r"sub-\d+", r"(sub-\d+)_"):
        assert rows_of(imucount.compare(table, wearer=wearer))[0] == ["sub-01", 2.0, 1, 3.0, 1, 1.0]
    with pytest.raises(imucount.CountingError, match="regular expression tells another part"):
        imucount.compare(table)
    with pytest.raises(imucount.CountingError, match="regular expression"):
        imucount.compare(table, wearer="(")


def test_what_is_no_table_of_reps(tmp_path):
    (tmp_path / "other.csv").write_text("file,side\na,left\n")
    (tmp_path / "other.parquet").write_text("none")
    for path in (tmp_path / "other.csv", tmp_path / "other.parquet", tmp_path):
        with pytest.raises(imucount.RecordingError, match="expected a table of reps"):
            imucount.compare(path)
    with pytest.raises(imucount.CountingError, match="without duration_s"):
        imucount.compare(COHORT.drop(columns="duration_s"))
    with pytest.raises(imucount.CountingError, match="expected reps right"):
        imucount.compare(COHORT[:2])


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_the_command(tmp_path, ending):
    if ending == "csv":
        COHORT.to_csv(tmp_path / "reps.csv", index=False)
    else:
        COHORT.to_parquet(tmp_path / "reps.parquet", index=False)
    result = run("compare", tmp_path)
    assert result.exit_code == 0
    assert "duration_s" in result.stdout
    assert "back_s" not in result.stdout
    assert "+1.50" in result.stdout
    printed = run("compare", tmp_path, tmp_path / f"reps.{ending}", "--csv")
    assert printed.stdout == imucount.compare(COHORT, COHORT).to_csv(index=False, lineterminator="\n")
    assert run("compare", tmp_path / "nothing.csv").exit_code == 1
