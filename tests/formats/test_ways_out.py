"""What is no known export: columns that a user names, an export that a package adds."""

import re
import sys
from dataclasses import replace
from importlib.metadata import EntryPoint

import pytest
from exported import AXES, DEG, G, right, table

import imucount
from imucount.errors import RecordingError, SampleError
from imucount.formats.layouts import exports
from imucount.formats.layouts.export import Export, Signals, Vectors
from imucount.formats.named_columns import columns_of_option


def test_columns_that_a_user_names(tmp_path, clip):
    path = tmp_path / "own.csv"
    names = ["stamp", "p", "q", "r", "u", "v", "w"]
    path.write_text(table(names, [1000 * clip.t, *(clip.acc / G).T, *(DEG * clip.gyr).T]))
    with pytest.raises(RecordingError, match="expected the columns"):
        imucount.read(path)
    columns = columns_of_option("time=stamp,acc=p,q,r,gyr=u,v,w")
    units = {"t": "ms", "acc": "g", "gyr": "deg/s"}
    right(path, clip, columns=columns, units=units)
    with_units = {
        theirs: f"{our} ({units.get({'a': 'acc', 'g': 'gyr'}.get(our[0], 't'))})"
        for theirs, our in columns.items()
    }
    right(path, clip, columns=with_units)
    del with_units["stamp"]
    right(path, clip, atol=0.05, columns=with_units, sampling_rate_hz=60.0)
    with pytest.raises(RecordingError, match="are they spelled as in the file"):
        imucount.read(path, columns={"P": "ax", "q": "ay", "r": "az"})


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("a,b", "columns such as time=t"),
        ("time=t,acc=a,b", "three columns of acc"),
        ("time=t,acc=a,b,a", "each column once"),
        ("time=t,time=u", "time once"),
    ],
)
def test_columns_that_are_not_written_so(columns, words):
    with pytest.raises(SampleError, match=words):
        columns_of_option(columns)


def bracelet(tables, ask):
    """Read a table of ticks of 10 ms, and counts of 1/1000 g and 1/10 deg/s."""
    table = tables[0]
    t = table.numbers(table.place("tick")) / 100.0
    acc = Vectors(t, table.vectors(table.places("a_{}")), "mg")
    return Signals(acc, Vectors(t, table.vectors(table.places("w_{}")) / 10.0, "deg/s"))


BRACELET = Export("a Bracelet log", lambda head: head.has("tick", "a_x", "w_x"), bracelet)


@pytest.fixture
def added(monkeypatch):
    """Have another package add whatever its entry point gives."""

    def add(load):
        entry = EntryPoint("bracelet", f"{__name__}:BRACELET", exports.ENTRY_POINTS)
        monkeypatch.setattr(EntryPoint, "load", lambda self: load() if self == entry else None)
        monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [entry])
        monkeypatch.setattr(exports, "_faults", {})
        exports._added_exports.cache_clear()

    yield add
    exports._added_exports.cache_clear()


@pytest.fixture
def bracelet_log(tmp_path, clip):
    path = tmp_path / "bracelet.log"
    names = ["tick", *(f"a_{axis}" for axis in AXES), *(f"w_{axis}" for axis in AXES)]
    path.write_text(
        table(names, [100 * clip.t, *(1000 * clip.acc / G).T, *(10 * DEG * clip.gyr).T], "Bracelet 3\n")
    )
    return path


def test_another_package_adds_an_export(added, bracelet_log, clip):
    added(lambda: BRACELET)
    right(bracelet_log, clip)


def fail(*_):
    raise ZeroDivisionError("[bold]\x1b[31m")


@pytest.mark.parametrize(
    ("load", "words"),
    [
        (fail, "entry point .* to be loaded, got ZeroDivisionError"),
        (lambda: sys.exit("bye"), "entry point .* to be loaded, got SystemExit"),
        (lambda: 5, "entry point .* to name an Export, or a tuple of them, got 5"),
        (
            lambda: replace(BRACELET, fits=fail),
            "a Bracelet log to tell whether a file is one, got ZeroDivisionError",
        ),
        (
            lambda: replace(BRACELET, read=fail),
            "a Bracelet log to be read by the package .* got ZeroDivisionError",
        ),
    ],
)
def test_an_export_of_another_package_that_is_broken_is_told_and_others_go_on(
    added, bracelet_log, clip, tmp_path, load, words
):
    added(load)
    with pytest.raises(RecordingError, match=words) as raised:
        imucount.read(bracelet_log)
    assert str(raised.value).isprintable()
    plain = tmp_path / "plain.csv"
    plain.write_text(table(["t", "ax", "ay", "az", "gx", "gy", "gz"], [clip.t, *clip.acc.T, *clip.gyr.T]))
    (warning,) = imucount.read(plain).warnings or [words]
    assert re.search(words, warning)
