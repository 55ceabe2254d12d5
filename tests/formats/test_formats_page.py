"""The page of formats is made of the table of signatures, and public samples of each are read or refused.

`python tests/formats/test_formats_page.py` writes the tables of the page anew.
"""

import os
import re
from pathlib import Path

import pytest

import imucount
from imucount.errors import ImucountError
from imucount.formats.binaries import BINARIES
from imucount.formats.layouts.bids import BIDS_NAME, BIDS_READS, BIDS_REFUSES
from imucount.formats.layouts.exports import EXPORTS
from imucount.formats.no_table import NO_TABLES, no_table_of
from imucount.formats.opening import known_export

PAGE = Path(__file__).parents[2] / "docs" / "formats.md"
BEGIN, END = "<!-- made of the table of signatures -->\n", "<!-- end -->\n"


def table_of_formats():
    rows = [(export.name, export.reads, export.refuses) for export in EXPORTS]
    rows.append((BIDS_NAME, BIDS_READS, BIDS_REFUSES))
    rows += [(binary.name, binary.reads, binary.refuses) for binary in BINARIES]
    rows += [(kind.name, "", kind.instead) for kind in NO_TABLES]
    lines = ["| layout | what is read | what is refused, and why |", "|---|---|---|"]
    lines += [
        f"| {name[:1].upper() + name[1:]} | {reads or 'nothing'} | {refuses} |" for name, reads, refuses in rows
    ]
    return "\n".join(lines) + "\n"


def with_table(page):
    before, _, rest = page.partition(BEGIN)
    return before + BEGIN + "\n" + table_of_formats() + "\n" + END + rest.partition(END)[2]


def test_the_page_has_the_table_of_signatures():
    page = PAGE.read_text(encoding="utf-8")
    assert BEGIN in page
    assert page == with_table(page)


def test_the_example_of_the_page_reads_its_file(tmp_path, monkeypatch):
    """The module, the file and the call that the page shows go together."""
    page = PAGE.read_text(encoding="utf-8")
    module, call = re.findall(r"```py\n(.*?)```", page, re.DOTALL)[-2:]
    rows = re.findall(r"```text\n(.*?)```", page, re.DOTALL)[-1]
    names, *lines = [line for line in rows.splitlines() if "," in line]
    (tmp_path / "morning.log").write_text(rows.replace(lines[0] + "\n", "").rstrip() + "\n")
    monkeypatch.chdir(tmp_path)
    body = "\n".join(f"{10 * n},{1000 + n % 2},0,0,{n % 3},0,0" for n in range(300))
    (tmp_path / "morning.log").write_text(f"Bracelet 3\n{names}\n{body}\n")
    space = {}
    exec(compile(module, "my_bracelet.py", "exec"), space)
    monkeypatch.setattr("imucount.formats.layouts.exports._added_exports", lambda: (space["BRACELET"],))
    exec(compile(call, "call", "exec"), space)
    assert len(space["recording"].samples) == 300
    assert space["recording"].samples.acc[0, 0] == pytest.approx(9.80665)


HEADERS = os.environ.get("IMUCOUNT_HEADERS")
KNOWN = {
    "actigraph": "an ActiGraph CSV",
    "apdm": "an APDM export",
    "arduino_openlog": "an OpenLog Artemis export",
    "bids_motion_imu_motion": "the description of a Motion-BIDS recording",
    "bids_motion_mocap_motion.json": "the description of a Motion-BIDS recording",
    "bids_motion_imu_channels": "the channels of a Motion-BIDS recording",
    "bids_motion_mocap_channels": "the channels of a Motion-BIDS recording",
    "gaitmap": "a table of gaitmap with two header rows",
    "ios_sensor": "an iOS export in Apple's signs",
    "metabase": "an MbientLab MetaBase export",
    "movella": "a Movella DOT export",
    "movesense": "a Movesense Showcase export",
    "opensense": "an OpenSim or OpenSense file",
    "opensim": "an OpenSim or OpenSense file",
    "phyphox_builtin": "a phyphox export",
    "phyphox_custom": "a phyphox export",
    "phyphox_linear": "a phyphox export",
    "phyphox_meta_device": "the phone of a phyphox export",
    "phyphox_meta_time": "the times of a phyphox export",
    "phyphox_other": "a phyphox export",
    "phyphox_semicolon_linacc": "a phyphox export",
    "phyphox_semicolon_meta_time": "the times of a phyphox export",
    "phyphox_t_xyz": "a phyphox export",
    "physics": "a Physics Toolbox export",
    "polar": "a Polar Sensor Logger export",
    "sensorlogger": "a Sensor Logger export",
    "shimmer": "a Shimmer Consensys export",
    "witmotion": "a WitMotion export",
    "xsens_mtmanager": "an Xsens MT Manager export",
    "xsens_mvn": "an Xsens MVN export",
}
"""Begin of the names of samples, and what they are."""


def told(path):
    try:
        return repr(imucount.read(path))
    except ImucountError as error:
        return str(error)


@pytest.mark.skipif(not HEADERS, reason="IMUCOUNT_HEADERS names no folder of samples of exports")
def test_samples_of_exports_are_read_or_refused_with_a_reason():
    paths = sorted(Path(HEADERS).iterdir())
    assert paths
    for path in paths:
        expected = next((name for begin, name in KNOWN.items() if path.name.startswith(begin)), None)
        known = known_export(str(path)) or no_table_of(path.read_text(encoding="utf-8"))
        assert (None if known is None else known.name) == expected, path.name
        assert re.search(r"^<Recording of|expected .+, got .+|missing .+, got", told(path)), path.name


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
