"""Layouts of exports, where their columns alone are given, as by a data frame: each with what to do about it."""

from __future__ import annotations

from imucount.formats.layouts.layout import Layout

__all__ = ["UNREAD"]

_A_FILE_EACH = (
    "imucount.read takes both files as they are; or, since acceleration and angular rate are in a file each, join "
    "the two by their time into one table with the columns"
)

_TURN = (
    "name the columns of the acceleration ax (g), ay (g), az (g), with the opposite sign of each value, since "
    "Apple's axes that point up show -1 g, those of the angular rate gx, gy, gz, and the time t"
)


def _unread(name: str, *markers: str, advice: str) -> Layout:
    """Make a layout of a frame's columns; the files are read by `imucount.formats.opening.read`."""
    return Layout(name, frozenset(markers), advice=advice)


UNREAD = (
    _unread(
        "two sets of columns that may be the angular rate",
        *("gx", "gy", "gz", "rx", "ry", "rz"),
        advice="if it is rx, ry, rz, as where gx, gy, gz hold gravity, name those gx, gy, gz, and the columns of "
        "gravity gravity_x, gravity_y, gravity_z; if not, give rx, ry, rz other names",
    ),
    _unread(
        "an Xsens MT Manager export",
        "sampletimefine",
        "year",
        advice="name the column of the seconds, or of the packets' time, t with its unit, and the others "
        "ax (m/s^2), ay (m/s^2), az (m/s^2), gx (rad/s), gy (rad/s), gz (rad/s)",
    ),
    _unread(
        "a Movella DOT export",
        "sampletimefine",
        "acc_x",
        "gyr_x",
        advice="imucount.read takes its file as it is; or name the columns t (us), ax (m/s^2), ay (m/s^2), "
        "az (m/s^2), gx (deg/s), gy (deg/s), gz (deg/s)",
    ),
    _unread(
        "a Movella DOT or Xsens export",
        "sampletimefine",
        advice="it lacks the calibrated acceleration or the angular rate: record the rate quantities, Acc and "
        "Gyr, since free acceleration has no gravity",
    ),
    _unread(
        "a Sensor Logger export",
        "seconds_elapsed",
        advice=f"{_A_FILE_EACH} t, ax, ay, az, gx, gy, gz, from seconds_elapsed, x, y, z of TotalAcceleration.csv "
        "and x, y, z of Gyroscope.csv; from an iPhone with the opposite sign of the acceleration",
    ),
    _unread(
        "a Polar Sensor Logger export",
        "phone timestamp",
        "sensor timestamp",
        advice=f"{_A_FILE_EACH} t (ns), ax (mg), ay (mg), az (mg), gx (deg/s), gy (deg/s), gz (deg/s)",
    ),
    *(
        _unread(
            "an MbientLab MetaBase export",
            epoch,
            "elapsed",
            "x-axis",
            advice=f"{_A_FILE_EACH} t, ax (g), ay (g), az (g), gx (deg/s), gy (deg/s), gz (deg/s), with the time "
            "from the column elapsed (s)",
        )
        for epoch in ("epoch", "epoc")
    ),
    _unread(
        "a Physics Toolbox export",
        "gfx",
        "gfy",
        "gfz",
        advice="name gFx, gFy, gFz ax (g), ay (g), az (g), and wx, wy, wz gx (rad/s), gy (rad/s), gz (rad/s), "
        "after the columns ax, ay, az, which lack gravity, are deleted",
    ),
    _unread(
        "an OpenLog Artemis export",
        "rtctime",
        "ax",
        advice="name the columns of its sensor ax (mg), ay (mg), az (mg), gx (deg/s), gy (deg/s), gz (deg/s), and "
        "rtcTime t",
    ),
    _unread(
        "a WitMotion export",
        "accx",
        "asx",
        advice="name AccX, AccY, AccZ ax (g), ay (g), az (g), AsX, AsY, AsZ gx (deg/s), gy (deg/s), gz (deg/s), "
        "and the time t",
    ),
    _unread(
        "a phyphox export of acceleration without gravity",
        "linear acceleration x",
        advice="gravity is needed to find up: record the acceleration with g, and the gyroscope",
    ),
    _unread(
        "an iOS export in Apple's signs",
        "deviceorientation",
        "accelerationx",
        advice=_TURN,
    ),
    _unread(
        "an iOS export in Apple's signs",
        "accelerationx",
        "rotationratex",
        advice=_TURN,
    ),
)
