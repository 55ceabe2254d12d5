"""Layouts of nobody's tables: kept in a TOML as they are told or found, and read with it as without."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import imucount
from imucount.errors import CountingError, RecordingError
from imucount.formats.layout_file import read_layout, write_layout
from imucount.formats.named_columns import PARTS
from imucount.formats.opening import layout_of
from imucount.formats.reading import HowToRead, ReadingOptions
from imucount.units import TO_SI

NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
AXES = st.sampled_from(["x,y,z", "y,-x,z", "-z,y,x"])


@st.composite
def layouts(draw):
    parts = ["acc", *draw(st.lists(st.sampled_from(["t", "gyr", "device"]), unique=True))]
    ours = [name for part in parts for name in PARTS[part]]
    names = draw(st.lists(NAMES, min_size=len(ours), max_size=len(ours), unique=True))
    units = {part: draw(st.sampled_from(sorted(TO_SI[part]))) for part in parts if part != "device"}
    return HowToRead(
        units=draw(st.sampled_from([units, None])),
        columns=dict(zip(names, ours)),
        sampling_rate_hz=draw(st.none() | st.floats(0.1, 1000.0)),
        acc_sign=draw(st.sampled_from([None, 1, -1])),
        gyr_axes=draw(st.none() | AXES),
        acc_axes=draw(st.none() | AXES),
        separator=draw(st.sampled_from([None, ",", ";", "\t", "|"])),
    )


@given(layouts())
def test_a_layout_is_read_back_as_it_was(tmp_path_factory, how):
    path = tmp_path_factory.getbasetemp() / "layout.toml"
    write_layout(path, how)
    assert read_layout(path) == how


def test_units_beside_names_are_kept(tmp_path):
    write_layout(
        tmp_path / "a.toml", HowToRead(columns={"p": "ax (g)", "q": "ay (g)", "r": "az (g)", "s": "t (ms)"})
    )
    assert read_layout(tmp_path / "a.toml").units == {"acc": "g", "t": "ms"}


def table(path, separator=";", device=""):
    t = np.arange(300) / 100
    rows = [f"{device}{n % 7};{1000 * each:.1f};1,{n % 5};0,1;0,2;{n % 3};5;1" for n, each in enumerate(t)]
    path.write_text("\n".join(["node;stamp;p;q;r;u;v;w", *rows]).replace(";", separator))


def test_what_is_told_is_over_the_layout(tmp_path):
    table(tmp_path / "own.csv")
    (tmp_path / "own.toml").write_text(
        'separator = ";"\n[columns]\nt = "stamp"\nacc = ["p", "q", "r"]\ngyr = ["u", "v", "w"]\n'
        '[units]\nt = "ms"\nacc = "g"\ngyr = "deg/s"\n'
    )
    known = imucount.read(tmp_path / "own.csv", layout=tmp_path / "own.toml").samples
    assert known.acc[1] == pytest.approx(np.array([1.1, 0.1, 0.2]) * 9.80665)
    other = imucount.read(
        tmp_path / "own.csv", layout=tmp_path / "own.toml", units={"gyr": "rad/s", "t": "ms", "acc": "g"}
    )
    assert np.allclose(np.degrees(known.gyr), other.samples.gyr)


def test_the_rows_of_one_device_by_a_column_that_is_named(tmp_path):
    table(tmp_path / "own.csv", device="N")
    columns = {"node": "device", "stamp": "t (ms)", "p": "ax (g)", "q": "ay (g)", "r": "az (g)"}
    recording = imucount.read(tmp_path / "own.csv", columns=columns, device="N3", lowest_rate_hz=5)
    assert len(recording.samples) == 43
    assert recording.metadata["device"] == "N3"
    with pytest.raises(RecordingError, match="got 7: 'N0'"):
        imucount.read(tmp_path / "own.csv", columns=columns)
    del columns["node"]
    with pytest.raises(RecordingError, match=r"'N3' of a column that says whose row it is, got none"):
        imucount.read(tmp_path / "own.csv", columns=columns, device="N3")


def test_a_plain_table_is_understood_once_and_for_all(tmp_path):
    """What was found of a table is kept, so that another one like it, however odd, is read the same way."""
    path = tmp_path / "plain.csv"
    rows = [f"{20 * n};1,0{n % 5};0,1;0,2;{n % 9};5;1" for n in range(300)]
    path.write_text(
        "\n".join(["time;acc_x [g];acc_y [g];acc_z [g];gyro x (dps);gyro y (dps);gyro z (dps)", *rows])
    )
    write_layout(tmp_path / "plain.toml", layout_of(path))
    plain, named = imucount.read(path), imucount.read(path, layout=tmp_path / "plain.toml")
    for quantity in ("t", "acc", "gyr"):
        assert np.allclose(getattr(plain.samples, quantity), getattr(named.samples, quantity), rtol=1e-12)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the columns of a table in a layout"),
        ("[columns", "a layout in TOML"),
        ("\udcff", "a layout in TOML"),
        ("columns = 3", r"a table \[columns\]"),
        ("[columns]\nacc = ['a', 'b']", "three columns of acc"),
        ("[columns]\nacc = ['a', 'b', 'a']", "each column once"),
        ("[columns]\nacc = [1, 2, 3]", "as text"),
        ("[columns]\nt = 't'\nspeed = 'v'", "got 'speed'"),
        ("[columns]\nt = 't'\ngyr = ['a', 'b', 'c']", "ax, ay and az"),
        ("[columns]\nacc = ['a', 'b', 'c']\n[units]\nacc = 'stone'", "unit"),
        ("[columns]\nacc = ['a', 'b', 'c']\n[units]\nspeed = 'm/s'", "units of t, acc or gyr"),
        ("rate = 3\n[columns]\nacc = ['a', 'b', 'c']", "got 'rate'"),
        ("sampling_rate_hz = -1\n[columns]\nacc = ['a', 'b', 'c']", "positive sampling rate"),
        ("sampling_rate_hz = '50'\n[columns]\nacc = ['a', 'b', 'c']", "a number for sampling_rate_hz"),
        ("acc_sign = 2\n[columns]\nacc = ['a', 'b', 'c']", "acc_sign 1 or -1"),
        ("separator = 'x'\n[columns]\nacc = ['a', 'b', 'c']", "between the columns"),
        ("separator = 1\n[columns]\nacc = ['a', 'b', 'c']", "text for separator"),
        ("gyr_axes = 'x,x,y'\n[columns]\nacc = ['a', 'b', 'c']", "axes such as"),
    ],
)
def test_nonsense_is_told_in_a_line(tmp_path, text, words):
    path = tmp_path / "layout.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    table(tmp_path / "own.csv")
    with pytest.raises(RecordingError, match=words) as error:
        imucount.count(tmp_path / "own.csv", layout=path)
    assert error.value.path == str(path)
    assert "\n" not in str(error.value)


def test_a_layout_that_is_not_there(tmp_path):
    with pytest.raises(RecordingError, match="a layout that can be read, got: No such file"):
        imucount.read(tmp_path / "own.csv", layout=tmp_path / "none.toml")
    with pytest.raises(CountingError, match="expected layout for files only"):
        imucount.count(imucount.Samples([0.0, 0.1], [[0, 0, 9.8]] * 2), layout=tmp_path / "none.toml")


def test_keywords_are_the_fields():
    assert set(ReadingOptions.__annotations__) == set(HowToRead.__dataclass_fields__)
    with pytest.raises(TypeError, match="speed"):
        imucount.read("a.csv", speed=3)


def test_units_that_are_told_are_over_those_of_an_export(tmp_path):
    """A program of the same names may have other units, as a person may know."""
    for name, unit, row in (("x_acc.csv", "m/s^2", "{0},{1},0,9.8"), ("x_gyro.csv", "dps", "{0},0.2,{1},0.1")):
        rows = [row.format(20 * n, n % 5) for n in range(200)]
        names = ["Timestamp (ms)", *(f"{axis}: ({unit})" for axis in "XYZ")]
        (tmp_path / name).write_text("\n".join([",".join(names), *rows]))
    files = [tmp_path / "x_acc.csv", tmp_path / "x_gyro.csv"]
    plain = imucount.read(files)
    told = imucount.read(files, units={"gyr": "rad/s"})
    assert np.allclose(told.samples.gyr, np.degrees(plain.samples.gyr))
    with pytest.raises(RecordingError, match="units of acc or gyr for a Movesense"):
        imucount.read(files, units={"t": "ms"})
