import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NOTES = HERE.parents[1] / "firmware_notes"
SKETCH = NOTES / "arduino" / "imucount_clip"


@pytest.mark.parametrize("board", ["TARGET_SEEED_XIAO_NRF52840_SENSE", "ARDUINO_ARDUINO_NANO33BLE"])
@pytest.mark.parametrize("name", ["imucount_clip.ino", "imu_xiao.cpp", "imu_nano.cpp"])
def test_the_sketch_is_cpp_that_fits_the_declarations_of_its_libraries(board, name):
    compiler = shutil.which("c++")
    if compiler is None:
        pytest.skip("needs a C++ compiler, c++")
    done = subprocess.run(
        [
            *(compiler, "-std=gnu++14", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", f"-D{board}"),
            *("-I", HERE / "declarations", "-I", NOTES / "c", "-include", "Arduino.h", "-x", "c++", SKETCH / name),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


def test_the_sketch_says_that_no_board_has_run_it():
    assert "not run on a board" in (SKETCH / "imucount_clip.ino").read_text(encoding="utf-8")
