"""Rows of a table: read fast as one by one, and each number as Python reads it."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imucount.errors import RecordingError
from imucount.formats.columns import Columns
from imucount.formats.csv_rows import _MISSING, RowParser
from imucount.formats.dialect import SEPARATORS

NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.floats(-1e4, 1e4).map("{:.5f}".format),
    st.floats(-1e4, 1e4).map("{:.18e}".format),
    st.from_regex(r"[+-]?([0-9]{1,25}\.?[0-9]{0,25}|\.[0-9]{1,25})([eE][+-]?[0-9]{1,3})?", fullmatch=True),
)
CELLS = st.one_of(
    NUMBERS,
    NUMBERS.map('"{}"'.format),
    NUMBERS.map(" {} ".format),
    st.sampled_from(sorted(_MISSING)),
    st.sampled_from(["x", "1e", "--1", "1,5", "0x10", "1_000", '"1', "1;2", "True", "#", "1.2.3", "\u00b5"]),
)


COLUMNS = Columns(("t", "ax", "ay", "az"), (0, 1, 2, 3), {})


@given(number=NUMBERS)
@example("9007199254740993")  # between two doubles
@example("9007199254740993.00000000000000000000000000000000001")
@example("2.2250738585072011e-308")
@example("1" + 300 * "0")
def test_a_number_is_read_as_python_reads_it(number):
    parser = RowParser("x.csv", COLUMNS)
    rows = parser.parse(f"{number},0,0,0\n".encode(), 2)
    expected = float(number)
    assert rows.values[0, 0] == expected if np.isfinite(expected) else np.isnan(rows.values[0, 0])


@given(
    rows=st.lists(st.lists(CELLS, min_size=4, max_size=5), min_size=1, max_size=4),
    separator=st.sampled_from(sorted(SEPARATORS)),
)
def test_what_is_read_fast_is_read_the_same_one_by_one(rows, separator):
    block = "".join(separator.join(row) + "\n" for row in rows).encode()
    parser = RowParser("x.csv", COLUMNS, separator)
    fast = parser._parse_fast(block, range(2, 2 + len(rows)), 4)
    if fast is not None:
        slow = RowParser("x.csv", COLUMNS, separator)._parse_slowly(block, 2)
        assert np.array_equal(fast.values, slow.values, equal_nan=True)
        assert list(fast.lines) == list(slow.lines)


def test_one_row_that_is_none_is_told_by_its_line():
    block = b"".join(b"%d,1,2,3\n" % i for i in range(1000)) + b"1000,1,2,three\n"
    with pytest.raises(RecordingError, match=r"line 1002.*three"):
        RowParser("x.csv", COLUMNS).parse(block, 2)


@pytest.mark.parametrize("device", ["a\u2028b", "a\x85b", "a\x0cb", '"a"'])
def test_what_ends_a_line_of_text_ends_no_row(device):
    columns = Columns(("t", "ax", "ay", "az", "sensor"), (0, 1, 2, 3), {}, device=4)
    rows = RowParser("x.csv", columns).parse(f"0,1,2,3,{device}\n1,1,2,3,other\n".encode(), 2)
    assert rows.values[:, 0].tolist() == [0.0, 1.0]
    assert rows.devices.tolist() == [device.strip('"'), "other"]
