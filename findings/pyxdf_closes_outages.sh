#!/usr/bin/env bash
# pyxdf 1.17.5 closes the outages of a stream on loading, and moves every time stamp to do it.
#
# Expected: a sensor at 50 Hz that was silent for 0.5, 2 or 8 s has a step of that length in `time_stamps`; taking out
#           the jitter moves a stamp by some milliseconds. The first threshold that the documentation names is 1 s.
# Seen:     no step is longer than 0.025 s. Stamps are moved by up to 0.25, 1.0 and 4.3 s, and the rate that is told is
#           49.4, 47.5 and 40.8 Hz. A break must also be longer than 500 samples, which are 10 s here. With
#           dejitter_timestamps=False the stamps are those of the file.
set -eu
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT
python3 -m venv "$box/venv"
"$box/venv/bin/pip" install -q --disable-pip-version-check pyxdf==1.17.5 numpy==2.2.6
cd "$box"
"$box/venv/bin/python" - <<'PYTHON'
import logging
import struct

import numpy as np
import pyxdf

logging.disable(logging.CRITICAL)


def long(number):
    return b"\x04" + struct.pack("<I", number)


def chunk(tag, content):
    body = struct.pack("<H", tag) + content
    return long(len(body)) + body


def write(path, t):
    """One stream of one channel, by the XDF specification: file header, stream header, samples, stream footer."""
    stream = struct.pack("<I", 1)
    header = (
        "<info><name>imu</name><type>ACC</type><channel_count>1</channel_count>"
        "<nominal_srate>50</nominal_srate><channel_format>double64</channel_format></info>"
    )
    footer = (
        f"<info><first_timestamp>{t[0]}</first_timestamp><last_timestamp>{t[-1]}</last_timestamp>"
        f"<sample_count>{len(t)}</sample_count></info>"
    )
    samples = b"".join(b"\x08" + struct.pack("<dd", stamp, 9.81) for stamp in t)
    with open(path, "wb") as file:
        file.write(b"XDF:" + chunk(1, b"<info><version>1.0</version></info>"))
        file.write(chunk(2, stream + header.encode()))
        file.write(chunk(3, stream + long(len(t)) + samples))
        file.write(chunk(6, stream + footer.encode()))


print("pyxdf", pyxdf.__version__)
for outage_s, expected_s, expected_hz in ((0.5, 0.251, 49.38), (2.0, 1.017, 47.54), (8.0, 4.284, 40.81)):
    t = 1000.0 + np.arange(0.0, 60.0, 0.02)
    t = t[(t < 1030.0) | (t >= 1030.0 + outage_s)]
    write("imu.xdf", t)
    (stream,), _ = pyxdf.load_xdf("imu.xdf")
    loaded = stream["time_stamps"]
    step_s, moved_s = np.diff(loaded).max(), np.abs(loaded - t).max()
    rate_hz = stream["info"]["effective_srate"]
    print(f"silent for {outage_s} s: longest step {step_s:.3f} s, moved by up to {moved_s:.3f} s, {rate_hz:.2f} Hz")
    assert step_s < 0.03
    assert abs(moved_s - expected_s) < 0.01
    assert abs(rate_hz - expected_hz) < 0.05
    (stream,), _ = pyxdf.load_xdf("imu.xdf", dejitter_timestamps=False)
    assert np.array_equal(stream["time_stamps"], t)
PYTHON
