"""Recordings that are no text: XDF of Lab Streaming Layer, and what comes off activity monitors.

The files are written here, by the published layouts, with eight forward circles in them.
"""

import io
import struct
import zipfile

import numpy as np
import pytest
from short_run import one_in
from xdf_files import channels, xdf

import imucount
from imucount.errors import RecordingError
from imucount.formats.sessions import sessions_of
from imucount.simulate import Circles, Clip, Movement, simulate

G = 9.80665
DEG = np.degrees(1.0)
STILL = Movement("standing", 4.0)


@pytest.fixture(scope="module")
def clip():
    """Eight forward circles on the right shoulder, at 50 Hz."""
    return simulate([STILL, Circles(8, "forward", period_s=2.5), STILL], clip=Clip(50.0), seed=11).samples


ACC = channels(*((f"acc_{axis}", "g") for axis in "xyz"))
GYR = channels(*((f"gyr_{axis}", "dps") for axis in "xyz"))


def counted(source, **options):
    session = imucount.count(source, "right", **options)
    assert [(len(each.reps), each.direction) for each in session.sets] == [(8, "forward")]
    return session


def test_xdf_of_one_stream_and_of_two_computers(tmp_path, clip):
    pytest.importorskip("pyxdf")
    both = channels(*((f"a{axis}", "m/s^2") for axis in "xyz"), *((f"g{axis}", "rad/s") for axis in "xyz"))
    one = xdf(tmp_path / "one.xdf", ("clip", "IMU", 5e4 + clip.t, np.hstack([clip.acc, clip.gyr]), both, 0.0))
    samples = imucount.read(one).samples
    assert np.allclose(samples.t - samples.t[0], clip.t - clip.t[0], atol=1e-6)
    assert np.allclose(samples.acc, clip.acc)
    assert np.allclose(samples.gyr, clip.gyr)
    counted(one)
    two = xdf(
        tmp_path / "two.xdf",
        ("clip acc", "ACC", 5e4 + clip.t, clip.acc / G, ACC, 0.0),
        ("clip gyro", "GYRO", 9e4 + clip.t, DEG * clip.gyr, GYR, -4e4),
        ("keys", "Markers", 5e4 + clip.t[:3], np.zeros((3, 1)), "", 0.0),
    )
    samples = imucount.read(two).samples
    apart_s = np.abs(samples.t[:, np.newaxis] - 5e4 - clip.t)
    assert len(samples) >= len(clip) - 2
    assert apart_s.min(axis=1).max() < 1e-6  # on one clock
    assert np.allclose(samples.gyr, clip.gyr[apart_s.argmin(axis=1)], atol=1e-6)
    counted(two)
    assert sessions_of([str(one), str(two)]) == [(str(one),), (str(two),)]


@pytest.mark.parametrize("outage_s", one_in(2, [0.5, 2.0, 8.0]))
def test_an_outage_in_xdf_is_there(tmp_path, outage_s):
    """It is a gap of the session, whether it is bridged or too long to be."""
    pytest.importorskip("pyxdf")
    script = [STILL, Circles(8, "forward", period_s=2.5), Movement("standing", 14.0), Circles(3, "forward"), STILL]
    whole = simulate(script, clip=Clip(50.0), seed=4).samples
    begin_s = 27.0
    t = whole.t - whole.t[0]
    kept = (t < begin_s) | (t >= begin_s + outage_s)
    path = xdf(
        tmp_path / "outage.xdf",
        ("clip acc", "ACC", 5e4 + t[kept], whole.acc[kept] / G, ACC, 0.0),
        ("clip gyro", "GYRO", 5e4 + t[kept], DEG * whole.gyr[kept], GYR, 0.0),
    )
    session = imucount.count(path, "right")
    assert [len(each.reps) for each in session.sets] == [8, 3]
    (gap,) = session.gaps
    assert gap.duration_s == pytest.approx(outage_s, abs=0.03)
    assert gap.is_bridged == (outage_s < 2.0)
    assert imucount.inspect_csv(path).gaps == session.gaps


def test_xdf_by_the_type_of_streams_and_units_that_are_told(tmp_path, clip):
    pytest.importorskip("pyxdf")
    streams = [("A", "ACC", clip.t, clip.acc / G, "", 0.0), ("B", "GYRO", clip.t, clip.gyr, "", 0.0)]
    path = xdf(tmp_path / "bare.xdf", *streams)
    with pytest.raises(
        RecordingError, match=r"the unit of acc with its channels, .* got none; say it, as by --units"
    ):
        imucount.read(path)
    counted(path, units={"acc": "g", "gyr": "rad/s"})


@pytest.mark.long
def test_xdf_of_several_devices(tmp_path, clip):
    pytest.importorskip("pyxdf")
    path = xdf(
        tmp_path / "two.xdf",
        *((f"{side} acc", "ACC", clip.t, clip.acc / G, ACC, 0.0) for side in ("left", "right")),
        *((f"{side} gyro", "GYRO", clip.t, DEG * clip.gyr, GYR, 0.0) for side in ("left", "right")),
    )
    with pytest.raises(RecordingError, match="got 2: 'left', 'right'"):
        imucount.read(path)
    counted(path, device="right")


def test_xdf_without_acceleration_or_cut_short(tmp_path, clip):
    pytest.importorskip("pyxdf")
    path = xdf(
        tmp_path / "a.xdf", ("cap", "EEG", clip.t, clip.acc, channels(("Fz", "uV"), ("Cz", "uV"), ("Pz", "uV")), 0)
    )
    with pytest.raises(RecordingError, match=r"a stream of acceleration, .* got 'cap'"):
        imucount.read(path)
    path.write_bytes(b"XDF:\x01\x02\x00")
    with pytest.raises(RecordingError, match="expected"):
        imucount.read(path)


def test_the_package_that_is_missing_is_named(tmp_path, monkeypatch):
    (tmp_path / "a.xdf").write_bytes(b"XDF:")
    monkeypatch.setitem(__import__("sys").modules, "pyxdf", None)
    with pytest.raises(RecordingError, match=r"pip install 'imucount\[xdf\]'"):
        imucount.read(tmp_path / "a.xdf")


def packed(t_s):
    """The time of the AX: bits of year, month, day, hour, minute and second."""
    minutes, second = divmod(int(t_s), 60)
    return (26 << 26) | (1 << 22) | (31 << 17) | (12 << 12) | (minutes << 6) | second


def cwa(path, t, acc, gyr):
    """Write an AX6 recording at 100 Hz, ±8 g and ±1000 deg/s, 40 samples a block, as AX3-CWA has it."""
    header = bytearray(1024)
    header[:5] = b"MD" + struct.pack("<HB", 1020, 0x64)
    header[5:7] = struct.pack("<H", 1234)
    header[36] = 0x4A
    file = io.BytesIO()
    file.write(header)
    values = np.hstack([DEG * gyr * 32768 / 1000, acc / G * 4096]).round().astype("<i2")
    for block, start in enumerate(range(0, len(t) // 40 * 40, 40)):
        fraction = int((t[start] % 1.0) * 32768)
        back = -(fraction * 100 // 32768)  # whole samples of the fraction, as for readers that do not know it
        data = struct.pack(
            "<HHHIIIHHBBBBhH",
            *(0x5841, 508, 0x8000 | fraction, 0, block, packed(t[start])),
            *((4 << 13) | (3 << 10) | 100, 200, 0, 100, 0x4A, 0x62, back, 40),
        )
        data += values[start : start + 40].tobytes()
        words = np.frombuffer(data, "<u2").sum(dtype=np.uint64)
        file.write(data + struct.pack("<H", (-int(words)) & 0xFFFF))
    path.write_bytes(file.getvalue())


def test_axivity_cwa(tmp_path):
    pytest.importorskip("actfast")
    clip = simulate([STILL, Circles(8, "forward", period_s=2.5), STILL], clip=Clip(100.0), seed=11).samples
    path = tmp_path / "ax6.cwa"
    cwa(path, clip.t, clip.acc, clip.gyr)
    samples = imucount.read(path).samples
    n = len(samples)
    assert n > len(clip) - 40
    assert np.allclose(np.diff(samples.t), 0.01, atol=2e-3)
    assert np.abs(samples.acc - clip.acc[:n]).max() < 0.01
    assert np.abs(samples.gyr - clip.gyr[:n]).max() < 0.01
    counted(path)
    path.write_bytes(path.read_bytes()[:700])
    with pytest.raises(RecordingError, match="expected"):
        imucount.read(path)


def gt3x(path, t, acc):
    """Write an ActiGraph recording: parameters, then a second a record; y, x, z in 12 bits each, of 1/256 g."""
    start = 1_700_000_000
    ticks = 621_355_968_000_000_000 + start * 10_000_000
    info = f"Serial Number: TAS1\nDevice Type: wGT3XBT\nFirmware: 1.9.2\nSample Rate: 50\nStart Date: {ticks}\n"
    info += f"Last Sample Time: {ticks + len(t) // 50 * 10_000_000}\n"
    info += "Acceleration Scale: 256.0\nAcceleration Min: -8.0\nAcceleration Max: 8.0\n"
    values = (acc[:, [1, 0, 2]] / G * 256).round().astype(int).ravel() & 0xFFF
    bits = ((values[:, np.newaxis] >> np.arange(11, -1, -1)) & 1).astype(np.uint8).reshape(-1, 36)
    scale, rate = struct.pack("<HHI", 0, 55, 0x09400000), struct.pack("<HHI", 1, 10, 50)
    records = [(0x15, start, scale + rate)]
    for second in range(len(t) // 50):
        records.append((0x00, start + second, np.packbits(bits[50 * second : 50 * second + 50]).tobytes()))
    log = b""
    for kind, at, payload in records:
        record = struct.pack("<BBIH", 0x1E, kind, at, len(payload)) + payload
        log += record + bytes([np.bitwise_xor.reduce(np.frombuffer(record, np.uint8)) ^ 0xFF])
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("info.txt", info)
        archive.writestr("log.bin", log)


def test_actigraph_gt3x(tmp_path, clip):
    pytest.importorskip("actfast")
    path = tmp_path / "a.gt3x"
    gt3x(path, clip.t, clip.acc)
    samples = imucount.read(path).samples
    n = len(samples)
    assert n >= len(clip) - 50
    assert np.abs(samples.acc - clip.acc[:n]).max() < 0.03
    assert np.allclose(np.diff(samples.t), 0.02, atol=1e-6)
    session = imucount.count(path, "right")
    assert [len(each.reps) for each in session.sets] == [8]
    assert "no angular rate" in session.warnings[0]


def test_a_gt3x_that_is_none_and_spreadsheets(tmp_path):
    pytest.importorskip("actfast")
    with zipfile.ZipFile(tmp_path / "a.gt3x", "w") as archive:
        archive.writestr("log.bin", b"")
        archive.writestr("info.txt", "Serial Number: TAS1\n")
    with pytest.raises(RecordingError, match="expected"):
        imucount.read(tmp_path / "a.gt3x")
    (tmp_path / "a.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(RecordingError, match="got a spreadsheet"):
        imucount.read(tmp_path / "a.xls")
