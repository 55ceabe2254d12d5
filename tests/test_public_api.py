import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import imucount

PACKAGE = Path(imucount.__file__).parent
SLOW = ("scipy", "pandas", "rich", "bleak", "click")

RANKS = {
    "errors": 0,
    "notes": 0,
    "reps": 0,
    "cli.group": 1,
    "samples": 1,
    "sets": 1,
    "_movements": 2,
    "_quaternions": 2,
    "chain": 2,
    "columns": 2,
    "extrema": 2,
    "filters": 2,
    "profile": 2,
    "projections": 2,
    "replay": 2,
    "sensors.sensor": 2,
    "sensors.vectors": 2,
    "sides": 2,
    "sources.source": 2,
    "stream_joiner": 2,
    "wording": 2,
    "zigzag": 2,
    "_script": 3,
    "agreement": 3,
    "clock": 3,
    "csv_rows": 3,
    "history": 3,
    "packet_order": 3,
    "plane": 3,
    "plausibility": 3,
    "rests": 3,
    "sensors.adafruit": 3,
    "sensors.metamotion": 3,
    "sensors.movella_dot": 3,
    "sensors.movesense": 3,
    "sensors.open_profile": 3,
    "sensors.polar": 3,
    "sensors.thingy52": 3,
    "sensors.uart_text": 3,
    "sensors.witmotion": 3,
    "session_table": 3,
    "sources.radio": 3,
    "anchors": 4,
    "edges": 4,
    "packet_stream": 4,
    "recording": 4,
    "sensors.__init__": 4,
    "simulate": 4,
    "sources.battery": 4,
    "sources.ble": 4,
    "sources.dialogue": 4,
    "swings": 4,
    "csv_reader": 5,
    "cycles": 5,
    "loops": 5,
    "recorder": 5,
    "sources.finding": 5,
    "device_tables": 6,
    "inspection": 6,
    "neighbours": 6,
    "runs": 6,
    "selection": 6,
    "set_edges": 6,
    "sources.files": 6,
    "sources.link": 6,
    "circles": 7,
    "extension": 7,
    "inspection_table": 7,
    "size_gate": 7,
    "sources.virtual": 7,
    "circle_chain": 8,
    "cyclic": 8,
    "sources.__init__": 8,
    "counter": 9,
    "live": 10,
    "live_view": 10,
    "__init__": 11,
    "cli.screen": 11,
    "cli.clips": 12,
    "cli.files": 12,
    "cli.__init__": 13,
    "__main__": 14,
}
ENGINE = (
    *("filters", "plane", "zigzag", "sides", "rests", "swings", "edges", "loops", "neighbours", "circles"),
    *("chain", "circle_chain", "projections", "extrema", "history", "anchors", "cycles", "runs"),
    *("set_edges", "extension", "selection", "agreement", "size_gate", "cyclic"),
)
INPUT = ("columns", "csv_rows", "csv_reader", "recording", "inspection", "replay", "simulate", "notes", "recorder")


def path_of(module):
    return PACKAGE / (module.replace(".", "/") + ".py")


def module_of(dotted):
    """What RANKS calls a module that is imported as `dotted`."""
    name = dotted.removeprefix("imucount").removeprefix(".")
    return name if name and path_of(name).exists() else f"{name}.__init__".removeprefix(".")


def imported(module):
    """Modules of imucount that a module imports anywhere, for type checking and in functions too."""
    names = set()
    for node in ast.walk(ast.parse(path_of(module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            if node.module.split(".")[0] == "imucount":
                for alias in node.names:
                    deeper = module_of(f"{node.module}.{alias.name}")
                    names.add(deeper if path_of(deeper).exists() else module_of(node.module))
        elif isinstance(node, ast.Import):
            names |= {module_of(alias.name) for alias in node.names if alias.name.split(".")[0] == "imucount"}
    return names


def test_every_module_has_a_rank():
    assert sorted(RANKS) == sorted(
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts) for path in PACKAGE.rglob("*.py")
    )


@pytest.mark.parametrize("module", RANKS)
def test_imports_point_down(module):
    assert [name for name in imported(module) if RANKS[name] >= RANKS[module]] == []


@pytest.mark.parametrize("module", ENGINE)
def test_the_engine_knows_nothing_of_files(module):
    assert imported(module).isdisjoint(INPUT)


@pytest.mark.parametrize("module", [module for module in RANKS if not module.startswith("cli.")])
def test_only_the_command_line_prints(module):
    tree = ast.parse(path_of(module).read_text(encoding="utf-8"))
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert "print" not in [call.id for call in calls if isinstance(call, ast.Name)]


def test_exported_names_are_sorted_and_real():
    assert imucount.__all__ == sorted(imucount.__all__)
    assert len(set(imucount.__all__)) == len(imucount.__all__)
    assert [name for name in imucount.__all__ if not hasattr(imucount, name)] == []


def test_everything_that_is_imported_is_exported():
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    names = [alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    assert sorted(names) == imucount.__all__


@pytest.mark.parametrize("module", [name for name in RANKS if not name.startswith("__")])
def test_the_names_a_module_offers_are_real(module):
    loaded = importlib.import_module(f"imucount.{module}".removesuffix(".__init__"))
    assert [name for name in getattr(loaded, "__all__", []) if not hasattr(loaded, name)] == []


def test_importing_takes_none_of_the_slow_packages():
    code = "import sys, imucount; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "imucount" in done.stdout.split()
    assert set(SLOW).isdisjoint(done.stdout.split())


def test_counting_samples_takes_neither_tables_nor_screens_nor_radio():
    code = (
        "import sys, imucount\n"
        "from imucount.simulate import Circles, simulate\n"
        "imucount.count(simulate([Circles(2, 'forward')]).samples, side='right').to_json()\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "imucount" in done.stdout.split()
    assert {"pandas", "rich", "bleak", "click"}.isdisjoint(done.stdout.split())


def test_the_package_is_marked_as_typed():
    assert (PACKAGE / "py.typed").exists()
