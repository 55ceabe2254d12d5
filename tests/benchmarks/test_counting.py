"""The counting benchmark: the score of what was found is what it should be, on a folder of anybody's."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cyclic.limb import swinging

from benchmarks.counting import Found, compare, main, report
from benchmarks.counting_peers import PEERS
from benchmarks.counting_units import Span, Unit, units_of
from imucount import Samples

PLAIN = [name for name in PEERS if name != "stumpy"]  # which compiles for a minute before it counts


def unit(sets=(10,), is_sets=False, direction=""):
    return Unit("data", "name", "one", (Path("name.csv"),), sets, is_sets, (), direction)


def reps(number, count, start_s, confidence=1.0, length_s=3.0, direction="unknown"):
    return [
        Found(start_s + length_s * i, start_s + length_s * (i + 1), number, confidence, direction)
        for i in range(count)
    ]


def test_a_total_is_exact_or_within_one_or_neither():
    for found, exact, within in ((10, True, True), (11, False, True), (8, False, False)):
        outcome = compare(unit(), (), reps(0, found, 0.0), 60.0)
        assert (outcome.exact, outcome.within, outcome.error) == (exact, within, found - 10)


def test_sets_must_be_as_many_as_there_are():
    three = unit((10, 10, 10), is_sets=True)
    apart = [*reps(0, 10, 0.0), *reps(1, 9, 60.0), *reps(2, 10, 120.0)]
    assert compare(three, (), apart, 200.0).within
    assert not compare(three, (), apart, 200.0).exact
    together = [*reps(0, 20, 0.0), *reps(1, 10, 120.0)]
    assert not compare(three, (), together, 200.0).within
    assert compare(three, (), together, 200.0).error == 0


def test_what_is_outside_of_a_span_is_false():
    span = (Span(100.0, 131.0, 10),)
    outcome = compare(unit(), span, [*reps(0, 3, 0.0), *reps(1, 10, 100.5)], 3631.0)
    assert outcome.exact
    assert outcome.outside == 3
    assert outcome.outside_h == pytest.approx(1.0)
    assert sorted(share for _, share in outcome.confidences) == [0.0] * 3 + [1.0] * 10


def test_parts_of_an_excerpt_are_judged_each_for_itself():
    spans = (Span(0.0, 30.0, 10), Span(60.0, 90.0, 10))
    whole = replace(unit((20,)), spans=spans, is_excerpt=True)
    found = [*reps(0, 10, 0.0), *reps(1, 12, 57.0), *reps(2, 5, 200.0)]
    first, second = (compare(part, part.spans, found, 300.0) for part in whole.parts)
    assert (first.exact, first.found, second.error) == (True, 10, 0)
    assert not first.outside_h  # nothing is known of what is around them


def test_a_walk_may_be_counted_in_strides():
    walk = replace(unit((100,)), is_walking=True)
    assert compare(walk, (), reps(0, 51, 0.0, length_s=1.0), 60.0).error == 1
    assert compare(walk, (), reps(0, 99, 0.0, length_s=0.5), 60.0).error == -1


def test_where_there_is_nothing_to_count_all_is_false():
    outcome = compare(unit((0,)), (), reps(0, 2, 0.0), 1800.0)
    assert (outcome.exact, outcome.outside, outcome.outside_h) == (False, 2, 0.5)
    assert "| 4.0 |" in report([outcome])


def test_truths_beside_each_other_are_counted_together(folder, capsys):
    (folder / "truth2.csv").write_text("dataset,recording,reps\n,a,5\n,b,\n")
    (folder / "spans2.csv").write_text("recording,start_s,end_s,reps\na,14,40,6\na,50,60,-1\n")
    main([str(folder), "--jobs", "1", "--peers", ""])
    assert f"| {folder.name} | imucount | 3 | 100.0 % |" in capsys.readouterr().out
    (again,) = units_of(folder, folder / "truth2.csv")
    assert again.spans == (Span(14.0, 40.0, 6),)


def test_a_label_has_one_rep_and_a_rep_one_label():
    labels = tuple(Span(10.0 * i, 10.0 * i + 4.0, 1) for i in range(5))
    found = [
        Found(0.5, 4.0, 0),
        Found(1.0, 3.0, 0),
        Found(10.0, 14.0, 0),
        Found(27.0, 29.0, 0),
        Found(32.0, 36.0, 0),
    ]
    outcome = compare(Unit("d", "n", "", (), (5,), False, labels), labels, found, 60.0)
    assert (outcome.labelled, outcome.matched, outcome.error) == (5, 3, 0)
    assert outcome.timing_s == pytest.approx([0.25, 0.0, 2.0])


def test_one_too_many_is_charged_to_all_of_its_set():
    outcome = compare(unit((4,)), (), reps(0, 5, 0.0, confidence=0.95), 60.0)
    assert outcome.confidences == [(0.95, 0.8)] * 5


def test_direction_is_judged_where_it_is_known():
    found = [*reps(0, 3, 0.0, direction="forward"), *reps(0, 1, 9.0, direction="backward")]
    assert compare(unit((4,), direction="forward"), (), found, 60.0).directions_right == 3
    assert compare(unit((4,)), (), found, 60.0).directions_right is None


@pytest.fixture
def folder(tmp_path):
    for name, made in (("a", swinging(reps=(6,), seed=1)), ("b", swinging(reps=(8,), seed=2, mount=3))):
        rows = np.column_stack([made.t, made.acc, made.gyr])
        path = tmp_path / f"{name}.csv"
        np.savetxt(path, rows, delimiter=",", header="t,ax,ay,az,gx,gy,gz", comments="", fmt="%.5f")
    (tmp_path / "truth.csv").write_text("recording,reps,subject\na,6,one\nb,8,two\n")
    (tmp_path / "segments.csv").write_text("recording,start_s,end_s,reps\nb,14,40,8\n")
    return tmp_path


def test_a_folder_of_anybodys_is_counted(folder, capsys):
    main([str(folder), "--jobs", "1", "--failures", "--peers", ",".join(PLAIN)])
    lines = capsys.readouterr().out.splitlines()
    (ours,) = [line for line in lines if "| imucount |" in line]
    assert ours.startswith(f"| {folder.name} | imucount | 2 | 100.0 % | 100.0 % | 0.00 | +0.0 % |")
    assert sum(line.startswith(f"| {folder.name} |") for line in lines) == 1 + len(PLAIN)
    main([str(folder), "--jobs", "1", "--peers", "", "--subjects", "one"])
    assert "| imucount | 1 | 100.0 %" in capsys.readouterr().out


def test_units_of_a_folder(folder):
    a, b = units_of(folder)
    assert (a.total, a.spans, a.subject) == (6, (), "one")
    assert (b.total, b.spans) == (8, (Span(14.0, 40.0, 8),))
    recording, spans = b.load()
    assert isinstance(recording.samples, Samples)
    assert spans == b.spans


def test_a_table_of_nothing_has_no_rows():
    assert "none" in report([])


@pytest.mark.parametrize("name", PLAIN)
def test_the_peers_find_a_plain_set(name):
    found = PEERS[name](swinging(reps=(12,), rest_s=6.0, period_s=2.5))
    assert abs(max(each.reps for each in found) - 12) <= 3
