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
    "reps": 0,
    "samples": 1,
    "sets": 1,
    "columns": 2,
    "_quaternions": 2,
    "_movements": 2,
    "replay": 2,
    "filters": 2,
    "plane": 3,
    "plausibility": 3,
    "csv_rows": 3,
    "_script": 3,
    "swings": 4,
    "recording": 4,
    "simulate": 4,
    "loops": 5,
    "csv_reader": 5,
    "circles": 6,
    "inspection": 6,
    "projections": 2,
    "extrema": 2,
    "agreement": 3,
    "history": 3,
    "chain": 2,
    "cycles": 4,
    "edges": 5,
    "selection": 5,
    "cyclic": 6,
    "circle_chain": 7,
    "counter": 8,
    "report": 9,
    "cli": 10,
    "__init__": 10,
    "__main__": 11,
}
ENGINE = (
    *("filters", "plane", "swings", "loops", "circles", "chain", "circle_chain"),
    *("projections", "extrema", "history", "cycles", "edges", "selection", "agreement", "cyclic"),
)
INPUT = ("columns", "csv_rows", "csv_reader", "recording", "inspection", "replay", "simulate")


def imported(module):
    """Modules of imucount that a module imports anywhere, for type checking and in functions too."""
    names = set()
    for node in ast.walk(ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            if node.module == "imucount":
                names |= {
                    alias.name if (PACKAGE / f"{alias.name}.py").exists() else "__init__" for alias in node.names
                }
            elif node.module.startswith("imucount."):
                names.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            names |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("imucount.")}
    return names


def test_every_module_has_a_rank():
    assert sorted(RANKS) == sorted(path.stem for path in PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("module", RANKS)
def test_imports_point_down(module):
    assert [name for name in imported(module) if RANKS[name] >= RANKS[module]] == []


@pytest.mark.parametrize("module", ENGINE)
def test_the_engine_knows_nothing_of_files(module):
    assert imported(module).isdisjoint(INPUT)


@pytest.mark.parametrize("module", [module for module in RANKS if module != "cli"])
def test_only_the_command_line_prints(module):
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
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
    loaded = importlib.import_module(f"imucount.{module}")
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
