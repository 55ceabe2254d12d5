"""Movella DOT: the app and the PC SDK."""

import pytest
from exported import DOT_PREAMBLE, dot, right, table

import imucount
from imucount.errors import RecordingError


@pytest.mark.parametrize("start", [0, 2**32 - 5_000_000])
def test_movella_dot_app(tmp_path, clip, start):
    path = tmp_path / "dot.txt"
    names, columns, *_ = dot(clip, start)
    columns = [[str(n) for n in range(len(clip))], *columns, [""] * len(clip)]
    path.write_text(table(["PacketCounter", *names], columns, DOT_PREAMBLE))
    recording = right(path, clip)
    assert recording.sampling_rate_hz == 60.0
    assert recording.metadata["device"] == "Movella DOT 1"


@pytest.mark.parametrize(("separator", "decimal"), [(",", "."), (";", ",")])
def test_movella_dot_pc_sdk(tmp_path, clip, separator, decimal):
    path = tmp_path / "logfile.csv"
    names, columns, *_ = dot(clip, tick_s=1e-4)
    path.write_text(table(names, columns, separator=separator, decimal=decimal))
    right(path, clip, atol=2e-3)


def test_movella_dot_that_cannot_be_counted_says_what_to_do(tmp_path, clip):
    path = tmp_path / "dot.csv"
    names, columns, *_ = dot(clip)
    path.write_text(table([name.replace("Acc", "FreeAcc") for name in names], columns, DOT_PREAMBLE))
    with pytest.raises(RecordingError, match=r"got free acceleration; record the payload Rate quantities"):
        imucount.count(path)
    path.write_text(table(names, columns, DOT_PREAMBLE.replace("60Hz", "30Hz")))
    with pytest.raises(RecordingError, match="to give the declared 30 Hz, got 60"):
        imucount.read(path)
    columns[0] = [str(n) for n in range(len(clip))]
    path.write_text(table(names, columns))
    with pytest.raises(RecordingError, match="the number of the row; give the rate that was recorded"):
        imucount.read(path)
    right(path, clip, sampling_rate_hz=60.0)
