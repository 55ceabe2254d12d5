"""Xsens MT Manager."""

import numpy as np
import pytest
from exported import dot, right, table

import imucount
from imucount.errors import RecordingError


@pytest.mark.long
@pytest.mark.parametrize("separator", ["\t", ";", ",", " "])
def test_xsens_goes_by_the_counter_of_packets(tmp_path, clip, separator):
    """Rows that the radio lost are missing in time too, though the file's rows go on."""
    path = tmp_path / "MT_0120.txt"
    kept = np.r_[0:200, 260:400, 405 : len(clip)]
    nan = ["NaN"] * len(kept)
    counters = [f"{(65400 + n) % 65536:05d}" for n in kept]
    names = ["PacketCounter", "SampleTimeFine", "Year", *dot(clip)[0][1:]]
    columns = [counters, nan, nan, *clip.acc[kept].T, *clip.gyr[kept].T]
    before = "// Start Time: Unknown\n// Update Rate: 60.0Hz\n//  DeviceId: 00B42D4B\n"
    path.write_text(table(names, columns, before, separator))
    recording = imucount.read(path)
    assert np.allclose(recording.samples.t, clip.t[kept] - clip.t[0])
    assert np.allclose(recording.samples.acc, clip.acc[kept], atol=1e-6)
    assert np.allclose(recording.samples.gyr, clip.gyr[kept], atol=1e-6)
    path.write_text(table(names, columns, before.replace("// Update Rate: 60.0Hz\n", ""), separator))
    with pytest.raises(RecordingError, match=r"line Update Rate.*give it, as by --rate 100"):
        imucount.read(path)
    assert len(imucount.read(path, sampling_rate_hz=60.0).samples) == len(kept)


def test_xsens_counts(tmp_path, clip):
    names = ["PacketCounter", "SampleTimeFine", "Year", *dot(clip)[0][1:]]
    n = [str(n) for n in range(len(clip))]
    path = tmp_path / "MT.csv"
    path.write_text(table(names, [n, n, n, *clip.acc.T, *clip.gyr.T], "// Update Rate: 60.0Hz\n", "\t"))
    right(path, clip)
