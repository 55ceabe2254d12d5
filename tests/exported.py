"""The same eight circles as other programs write them, and what reading them has to give."""

import numpy as np

import imucount

G = 9.80665
DEG = np.degrees(1.0)
UNIX_S = 1_700_000_000
AXES = "xyz"


def table(names, columns, before="", separator=",", decimal=".", end="\n", formats="{:.7f}"):
    """Write columns, of numbers or of text, below their names."""
    formats = [formats] * len(columns) if isinstance(formats, str) else formats
    cells = [
        [f.format(value).replace(".", decimal) if not isinstance(value, str) else value for value in column]
        for f, column in zip(formats, columns)
    ]
    lines = [separator.join(names), *map(separator.join, zip(*cells))]
    return before + end.join(lines) + end


def right(source, clip, atol=2e-5, shift_s=None, **options):
    """Read, compare with what was written, and count."""
    recording = imucount.read(source, **options)
    t, acc, gyr = recording.samples.t, recording.samples.acc, recording.samples.gyr
    at = t - t[0] + (clip.t[0] if shift_s is None else shift_s)
    for ours, theirs in ((acc, clip.acc), (gyr, clip.gyr)):
        expected = np.column_stack([np.interp(at, clip.t, axis) for axis in theirs.T])
        assert np.abs(ours - expected).max() < max(atol, 1e-9 + atol)
    session = imucount.count(source, side="right", **options)
    assert [(len(each.reps), each.direction) for each in session.sets] == [(8, "forward")]
    assert session.warnings[: len(recording.warnings)] == recording.warnings
    found = imucount.inspect_csv(source, **options)
    assert found.problem is None
    assert found.n_samples == len(recording.samples)
    return recording


DOT_PREAMBLE = (
    "sep=,\nDeviceTag:,1,,,,,\nFirmwareVersion:,3.0.0\nOutputRate:,60Hz\nFilterProfile:,General\n"
    "StartTime: ,2025-07-11_20:06:00_086 WEST\n© Movella Technologies B. V. 2005-2025\n\n"
)


def dot(clip, start=0, tick_s=1e-6, separator=",", decimal="."):
    ticks = [str((start + round(value / tick_s)) % 2**32) for value in clip.t]
    names = ["SampleTimeFine", *(f"Acc_{axis}" for axis in "XYZ"), *(f"Gyr_{axis}" for axis in "XYZ")]
    return names, [ticks, *clip.acc.T, *(DEG * clip.gyr).T], separator, decimal


def phyphox(kind, t, values, separator=",", decimal=".", names=None):
    unit, letter = ("rad/s", "Gyroscope") if kind == "gyr" else ("m/s^2", "Acceleration")
    names = names or ["Time (s)", *(f"{letter} {axis} ({unit})" for axis in AXES)]
    quoted = [f'"{name}"' for name in names]
    return table(quoted, [t, *values.T], separator=separator, decimal=decimal, formats="{:.9E}")
