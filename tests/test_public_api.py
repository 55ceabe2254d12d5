import ast
import importlib
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from importlib.metadata import version
from pathlib import Path

import pytest

import imucount

PACKAGE = Path(imucount.__file__).parent
SLOW = ("numpy", "matplotlib", "scipy", "pandas", "rich", "bleak", "click", "asyncio")

GROUND = {"closing", "errors", "samples", "reps", "sets", "session", "filters", "chain", "units", "provenance"}
GROUND |= {
    "axis_map",
    "core",
    "interrupts",
    "json_text",
    "outside_text",
    "parquet",
    "paths",
    "plots",
    "signals",
    "tally",
    "whole_file",
}
ENGINE = {"circles", "cyclic", "counter"}
MAY_IMPORT = {
    "circles": GROUND,
    "cyclic": GROUND,
    "intake": GROUND,
    "counter": GROUND | {"circles", "cyclic", "intake"},
    "programme": GROUND,
    "form": GROUND,
    "coach": GROUND | {"counter", "form", "programme", "sources"},
    "web": GROUND | {"coach"},
    "diary": GROUND | {"form", "programme"},
    "simulate": GROUND,
    "formats": GROUND | {"intake"},
    "counting": GROUND | ENGINE | {"formats", "intake"},
    "cohort": GROUND | ENGINE | {"counting", "formats"},
    "sensors": GROUND,
    "packets": GROUND | {"sensors"},
    "sources": GROUND | {"formats", "sensors", "simulate", "packets"},
    "live": GROUND | ENGINE | {"formats", "intake", "sources"},
    "views": GROUND | ENGINE | {"coach", "form", "formats", "programme", "sensors", "sources"},
    "__init__": GROUND | ENGINE | {"cohort", "counting", "formats", "live", "programme", "simulate", "sources"},
    "cli": GROUND
    | ENGINE
    | {
        "coach",
        "cohort",
        "counting",
        "diary",
        "form",
        "formats",
        "intake",
        "live",
        "programme",
        "sensors",
        "simulate",
        "sources",
        "views",
        "web",
    },
    "__main__": {"cli", "interrupts"},
}
"""What each wing may import besides itself. The ground may import the ground."""

MODULES = sorted(".".join(path.relative_to(PACKAGE).with_suffix("").parts) for path in PACKAGE.rglob("*.py"))


def path_of(module):
    return PACKAGE / (module.replace(".", "/") + ".py")


def module_of(dotted):
    """What a module that is imported as `dotted` is called here."""
    name = dotted.removeprefix("imucount").removeprefix(".")
    return name if name and path_of(name).exists() else f"{name}.__init__".removeprefix(".")


@cache
def nodes_of(module):
    return list(ast.walk(ast.parse(path_of(module).read_text(encoding="utf-8"))))


@cache
def imported(module):
    """Modules of imucount that a module imports anywhere, for type checking and in functions too."""
    names = set()
    for node in nodes_of(module):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            if node.module.split(".")[0] == "imucount":
                for alias in node.names:
                    deeper = module_of(f"{node.module}.{alias.name}")
                    names.add(deeper if path_of(deeper).exists() else module_of(node.module))
        elif isinstance(node, ast.Import):
            names |= {module_of(alias.name) for alias in node.names if alias.name.split(".")[0] == "imucount"}
    return names


def wing_of(module):
    """The wing that a module is in; a module beside the wings is its own."""
    return module.split(".")[0]


def breaches(module, names):
    """Those of the imported names that the rules between wings do not allow."""
    wing = wing_of(module)
    allowed = {wing, *(GROUND if wing in GROUND else MAY_IMPORT[wing])}
    return sorted(name for name in names if wing_of(name) not in allowed)


def test_every_room_is_in_the_rules():
    assert {wing_of(module) for module in MODULES} == GROUND | set(MAY_IMPORT)


@pytest.mark.parametrize("module", MODULES)
def test_wings_import_as_the_rules_say(module):
    assert breaches(module, imported(module)) == []


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("circles.loops", "formats.recording"),
        ("circles.plane", "cyclic.runs"),
        ("counter", "sources.source"),
        ("counter", "views.wording"),
        ("formats.notes", "counter"),
        ("intake.check", "formats.columns"),
        ("samples", "circles.plane"),
        ("sources.link", "counter"),
        ("views.wording", "cli.group"),
    ],
)
def test_a_breach_of_the_rules_is_found(module, name):
    assert breaches(module, {"samples", name}) == [name]


def test_no_import_leads_back_to_where_it_came_from():
    TopologicalSorter({module: imported(module) for module in MODULES}).prepare()  # raises CycleError


@pytest.mark.parametrize("module", [module for module in MODULES if wing_of(module) != "cli"])
def test_only_the_command_line_prints(module):
    calls = [node.func for node in nodes_of(module) if isinstance(node, ast.Call)]
    assert "print" not in [call.id for call in calls if isinstance(call, ast.Name)]


def test_exported_names_are_sorted_and_real():
    assert imucount.__all__ == sorted(imucount.__all__)
    assert len(set(imucount.__all__)) == len(imucount.__all__)
    assert [name for name in imucount.__all__ if not hasattr(imucount, name)] == []


def test_what_a_type_checker_sees_is_what_is_exported():
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    ifs = [node for node in tree.body if isinstance(node, ast.If)]
    (typed,) = [node for node in ifs if ast.unparse(node.test) == "TYPE_CHECKING"]
    seen = {
        alias.name: importlib.import_module(node.module)
        for node in typed.body
        if isinstance(node, ast.ImportFrom) and node.module not in ("imucount", "typing")
        for alias in node.names
    }
    assert sorted(seen) == imucount.__all__
    assert [name for name, module in seen.items() if getattr(imucount, name) is not getattr(module, name)] == []


def test_no_module_has_the_name_of_something_that_is_exported():
    """Importing it would put it in the other's place."""
    assert set(imucount.__all__).isdisjoint(wing_of(module) for module in MODULES)


def test_a_module_can_be_reached_by_its_name_alone():
    code = "import imucount; print(imucount.simulate.Circles.__name__, imucount.errors.SampleError.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "Circles SampleError\n"


@pytest.mark.parametrize("module", [name for name in MODULES if not name.startswith("__")])
def test_the_names_a_module_offers_are_real(module):
    loaded = importlib.import_module(f"imucount.{module}".removesuffix(".__init__"))
    assert [name for name in getattr(loaded, "__all__", []) if not hasattr(loaded, name)] == []


def test_looking_around_shows_what_is_exported_and_little_else():
    assert set(dir(imucount)) == {*imucount.__all__, "__version__", "simulate"}
    assert all(hasattr(imucount, name) for name in dir(imucount))
    assert imucount.__version__ == version("imucount")
    with pytest.raises(AttributeError, match="nonesuch"):
        _ = imucount.nonesuch


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
