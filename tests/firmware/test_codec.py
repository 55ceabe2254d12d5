"""The codec in C against the codec in Python."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from imucount.errors import PacketError
from imucount.sensors.open_profile import (
    CONFIGURATION,
    DATA,
    SERVICE,
    Configuration,
    Frame,
    Settings,
    samples_per_frame,
)

HERE = Path(__file__).parent
NOTES = HERE.parents[1] / "firmware_notes"
SOURCE = NOTES / "c" / "imucount_profile.c"
STRICT = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"]
SANITIZERS = ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


class Codec:
    """The driver at the other end of a pipe."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, *words):
        self.process.stdin.write(" ".join(str(word) for word in words) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer.endswith("\n"), "the codec ended; what the sanitizer says of it stands above"
        return answer.strip()

    def encode(self, frame, capacity=4096):
        axes = 3 if frame.gyr is None else 6
        values = frame.acc if frame.gyr is None else np.hstack([frame.acc, frame.gyr])
        return self("encode", capacity, axes, len(frame), frame.sequence, frame.time_us, *values.ravel())

    def decode(self, data, capacity=6 * 255):
        return self("decode", capacity, data.hex())

    def close(self):
        self.process.stdin.close()
        status = self.process.wait(timeout=30)
        self.process.stdout.close()
        assert status == 0


@pytest.fixture(scope="module")
def codec(tmp_path_factory):
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("needs a C compiler, cc")
    program = tmp_path_factory.mktemp("codec") / "driver"
    done = subprocess.run(
        [compiler, *STRICT, *SANITIZERS, "-I", SOURCE.parent, HERE / "driver.c", SOURCE, "-o", program],
        capture_output=True,
        text=True,
        timeout=120,
    )
    if "cannot find" in done.stderr and "san" in done.stderr:
        pytest.skip("needs the compiler's sanitizers, libasan and libubsan")
    assert done.returncode == 0, done.stderr
    codec = Codec(program)
    yield codec
    codec.close()


def words_of(frame):
    values = frame.acc if frame.gyr is None else np.hstack([frame.acc, frame.gyr])
    header = [3 if frame.gyr is None else 6, len(frame), frame.sequence, frame.time_us]
    return " ".join(str(number) for number in [*header, *values.ravel().tolist()])


@st.composite
def frames(draw):
    n = draw(st.integers(1, 12) | st.just(255))
    values = np.random.default_rng(draw(st.integers(0, 2**32))).integers(-32768, 32768, (n, 6))
    values[0, :2] = -32768, 32767
    has_gyroscope = draw(st.booleans())
    return Frame(
        draw(st.integers(0, 2**16 - 1)),
        draw(st.integers(0, 2**32 - 1)),
        values[:, :3],
        values[:, 3:] if has_gyroscope else None,
    )


@st.composite
def nearly_frames(draw):
    """Bytes of a frame with some of them changed, cut off or added."""
    data = bytearray(bytes(draw(frames())))
    for index in draw(st.lists(st.integers(0, 7), max_size=2)):
        data[index] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data)


def read_in_python(kind, data):
    try:
        return bytes(kind.from_bytes(data))
    except PacketError:
        return None


shared_codec = examples(suppress_health_check=[HealthCheck.function_scoped_fixture])


@shared_codec
@given(frame=frames())
def test_c_writes_what_python_reads_and_back(codec, frame):
    assert codec.encode(frame) == bytes(frame).hex()
    assert codec.decode(bytes(frame)) == words_of(frame)


@shared_codec
@given(data=st.binary(max_size=60) | nearly_frames())
def test_c_and_python_refuse_the_same_frames(codec, data):
    there = read_in_python(Frame, data)
    answer = codec.decode(data)
    assert answer == ("refused" if there is None else words_of(Frame.from_bytes(data)))


@shared_codec
@given(data=st.binary(max_size=20) | st.binary(min_size=6, max_size=16).map(lambda rest: b"\x01\x01" + rest))
def test_c_and_python_agree_on_settings_and_configurations(codec, data):
    for verb, kind in (("settings", Settings), ("configuration", Configuration)):
        there = read_in_python(kind, data)
        assert codec(verb, data.hex()) == ("refused" if there is None else there.hex())


@pytest.mark.parametrize(
    "text",
    [
        "11 01 02 01 40 42 0f 00 00 00 00 00 00 20 71 fd 00 00 42 00",
        "11 02 ff ff 80 e3 ff ff 64 00 38 ff 00 20 71 fd 00 00 42 00 68 00 35 ff fe 1f 6c fd 01 00 41 00",
        "01 02 07 00 60 e3 16 00 64 00 38 ff 00 20 68 00 35 ff fe 1f",
    ],
)
def test_the_documents_frames(codec, text):
    assert f"\n{text}\n" in (NOTES / "open_profile.md").read_text(encoding="utf-8")
    data = bytes.fromhex(text)
    words = codec.decode(data)
    axes, count, sequence, time_us, *values = words.split()
    assert codec("encode", len(data), axes, count, sequence, time_us, *values) == data.hex()


@pytest.mark.parametrize("axes", [3, 6])
def test_c_and_python_fill_notifications_alike(codec, axes):
    for mtu in (23, 24, 34, 35, 65, 185, 247, 512, 4096):
        assert codec("fit", mtu, axes) == str(samples_per_frame(mtu, axes == 6))
    assert codec("fit", 0, axes) == codec("fit", 10, axes) == codec("fit", 247, 4) == "0"


@pytest.mark.parametrize(("axes", "count"), [(0, 1), (4, 1), (6, 0), (255, 1)])
def test_what_can_be_no_frame_is_not_written(codec, axes, count):
    assert codec("encode", 4096, axes, count, 0, 0, *[0] * (axes * count)) == "refused"


def test_nothing_is_written_beyond_the_room_there_is(codec):
    frame = Frame(0, 0, [[1, 2, 3]], [[4, 5, 6]])
    assert codec.encode(frame, capacity=20) == bytes(frame).hex()
    assert codec.encode(frame, capacity=19) == codec.encode(frame, capacity=0) == "refused"
    assert codec.decode(bytes(frame), capacity=6) == words_of(frame)
    assert codec.decode(bytes(frame), capacity=5) == "refused"


@given(offered=st.lists(st.integers(0, 65535), min_size=1, max_size=16), wanted=st.integers(0, 65535))
@shared_codec
def test_the_nearest_is_the_first_of_the_nearest(codec, offered, wanted):
    assert codec("nearest", wanted, *offered) == str(
        min(range(len(offered)), key=lambda index: abs(offered[index] - wanted))
    )


def test_the_header_names_the_same_uuids():
    header = SOURCE.with_suffix(".h").read_text(encoding="utf-8")
    assert all(f'"{uuid}"' in header for uuid in (SERVICE, DATA, CONFIGURATION))


def test_it_fits_a_cortex_m4(tmp_path):
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("needs arm-none-eabi-gcc, of the package gcc-arm-none-eabi")
    built = tmp_path / "imucount_profile.o"
    target = ["-mcpu=cortex-m4", "-mthumb", "-Os", "-ffreestanding", "-c"]
    subprocess.run(["arm-none-eabi-gcc", *STRICT, *target, SOURCE, "-o", built], check=True, timeout=120)
    sizes = subprocess.run(
        ["arm-none-eabi-size", built], check=True, timeout=30, capture_output=True, text=True
    ).stdout.splitlines()[1]
    text, data, bss = (int(word) for word in sizes.split()[:3])
    assert text <= 700
    assert data == bss == 0
    undefined = subprocess.run(
        ["arm-none-eabi-nm", "--undefined-only", built], check=True, timeout=30, capture_output=True, text=True
    ).stdout.split()
    assert undefined == [], "the codec calls no library, not even to copy memory or to multiply"
