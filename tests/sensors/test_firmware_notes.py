"""The notes in firmware_notes against the code."""

import re
import tomllib
from pathlib import Path

import pytest
from command_line import PIPES, finished, start

from imucount.sensors import known_sensors

ROOT = Path(__file__).parents[2]
NOTES = ROOT / "firmware_notes"
INDEX = (NOTES / "README.md").read_text(encoding="utf-8")
OWN = [sensor for sensor in known_sensors() if sensor.__module__.startswith("imucount.")]


COMMAND = "from imucount.cli import main; main()\n"
FAST = """
import functools, imucount.sources
imucount.sources.open_source = functools.partial(imucount.sources.open_source, speed=40.0)
"""


def blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", (NOTES / page).read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("sensor", OWN, ids=lambda sensor: sensor.key)
def test_every_sensor_has_a_note_that_the_index_names_with_its_rate(sensor):
    note = (NOTES / "sensors" / f"{sensor.key}.md").read_text(encoding="utf-8")
    assert f"(`{sensor.key}`)" in note.splitlines()[0]
    for heading in ("Buy", "Wear", "Charge", "Set up", "Limits", "Proven"):
        assert f"**{heading}**" in note, heading
    (row,) = [line for line in INDEX.splitlines() if f"](sensors/{sensor.key}.md)" in line]
    assert row.endswith(f"| {sensor().rate_hz:g} Hz |")
    assert ("| arrival |" in row) == (sensor.ticks is None)


def test_there_is_no_note_of_a_sensor_that_is_not_supported():
    assert {path.stem for path in (NOTES / "sensors").iterdir()} == {sensor.key for sensor in OWN}


@pytest.mark.parametrize("page", sorted(NOTES.rglob("*.md")), ids=lambda page: str(page.relative_to(NOTES)))
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.fixture
def installed(tmp_path):
    """The example package as pip leaves it: its module, and what its pyproject.toml says as metadata."""
    module, _ = blocks("third_party_sensor.md", "python")
    project = tomllib.loads(blocks("third_party_sensor.md", "toml")[0])["project"]
    (tmp_path / "acme_clip.py").write_text(module, encoding="utf-8")
    metadata = tmp_path / f"acme_clip-{project['version']}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n", encoding="utf-8"
    )
    lines = []
    for group, entries in project["entry-points"].items():
        lines += [f"[{group}]", *(f"{name} = {value}" for name, value in entries.items())]
    (metadata / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def run(code, path, *arguments):
    """Run code where what is in this folder is installed."""
    code = f"import sys, warnings; sys.path.insert(0, {str(path)!r}); warnings.simplefilter('error')\n{code}"
    return finished(start(*arguments, code=code, text=True, **PIPES))


def test_the_example_of_another_package_is_found_and_decodes(installed):
    _, usage = blocks("third_party_sensor.md", "python")
    code, out, err = run(
        usage
        + """
import struct
from imucount.sensors import Advertisement, known_sensors, recognise
from imucount.sensors.uart_text import SERVICE as NORDIC_UART
from acme_clip import CONTROL, DATA, SERVICE, AcmeClip

assert known_sensors()[-2] is AcmeClip
for services in ((SERVICE,), (NORDIC_UART, SERVICE)):
    assert recognise(Advertisement("Acme", services)) is AcmeClip
sensor = AcmeClip()
assert [type(action).__name__ for action in sensor.start()] == ["Subscribe", "Write"]
assert [type(action).__name__ for action in sensor.stop()] == ["Write", "Unsubscribe"]
(packet,) = sensor.decode(DATA, struct.pack("<H6h", 7, 0, 0, 8192, 0, 0, 32767))
assert packet.sequence == 7
assert abs(packet.acc[0, 2] - 9.80665) < 1e-9
assert abs(packet.gyr[0, 2] - 8.7265) < 1e-3
""",
        installed,
    )
    assert (code, out, err) == (0, "Acme clip\n", "")


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("import a_module_that_is_not_there", "cannot be loaded|on loading it"),
        ("import sys\nsys.exit('bye')", "SystemExit.*on loading it"),
        ("AcmeClip = 1", "subclass of imucount.sensors.Sensor"),
        (
            "from imucount.sensors import Sensor\nclass AcmeClip(Sensor): key = 'acme'",
            "to say its key.*TypeError.*abstract",
        ),
    ],
)
def test_a_package_that_is_broken_is_named_and_takes_nothing_down(installed, module, expected):
    (installed / "acme_clip.py").write_text(module, encoding="utf-8")
    code, out, err = run(COMMAND, installed, "sensors")
    assert code == 0
    assert "uart-text: " in out
    assert re.search(expected, err)
    assert "acme_clip:AcmeClip" in err
    code, out, err = run(FAST + COMMAND, installed, "live", "--sensor", "sim:forward")
    assert code == 0
    (told,) = [line for line in out.splitlines() if "acme_clip:AcmeClip" in line and "Warning" in line]
    assert re.search(expected, told)
    assert re.search(r"\d circles in \d set", out)
