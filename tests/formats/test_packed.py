"""Files that are packed, with gzip or in a zip archive."""

import gzip
import zipfile

import pytest
from exported import DOT_PREAMBLE, dot, right, table

import imucount
from imucount.errors import RecordingError
from imucount.paths import files_of


def plain(clip):
    return table(["t", "ax", "ay", "az", "gx", "gy", "gz"], [clip.t, *clip.acc.T, *clip.gyr.T])


@pytest.mark.parametrize("packed", ["gzip", "zip"])
@pytest.mark.parametrize("kind", ["plain", "own", "export"])
def test_a_packed_file_is_read_as_what_is_in_it(tmp_path, clip, packed, kind):
    path = tmp_path / "x.csv"
    path.write_text(plain(clip) if kind == "plain" else table(*dot(clip)[:2], before=DOT_PREAMBLE))
    if kind == "own":
        imucount.write_csv(path, imucount.Recording(clip, "right", 60.0))
    before = imucount.read(path)
    data = path.read_bytes()
    path.unlink()
    path = tmp_path / ("x.csv.gz" if packed == "gzip" else "x.zip")
    if packed == "gzip":
        path.write_bytes(gzip.compress(data))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("x.csv", data)
    recording = right(path, clip)
    assert (recording.side, recording.metadata) == (before.side, before.metadata)
    assert files_of([str(tmp_path)]) == [str(path)]


@pytest.mark.parametrize("export", [True, False])
def test_a_packed_file_that_is_cut_short_is_refused(tmp_path, clip, export):
    text = table(*dot(clip)[:2], before=DOT_PREAMBLE) if export else plain(clip)
    data = gzip.compress(text.encode())
    path = tmp_path / "x.csv.gz"
    for cut in (len(data) // 2, 20, len(data) - 4):
        path.write_bytes(data[:cut])
        with pytest.raises(RecordingError, match="Compressed file ended"):
            imucount.count(path)
