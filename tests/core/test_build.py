import re
import subprocess
import sys

import pytest

from imucount.core.build import FOLDER, NoCompilerError, compile_core, library_name, native_compiler, sources_sum
from imucount.core.library import FUNCTIONS, core, load_from
from imucount.errors import ImucountError

needs_compiler = pytest.mark.skipif(native_compiler() is None, reason="no compiler of C on this machine")
STRICT = ("-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wvla", "-Werror")


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    path = tmp_path_factory.mktemp("core") / library_name()
    compile_core(path, flags=STRICT)
    return path


@needs_compiler
def test_the_core_compiles_without_a_warning_and_loads(library):
    assert load_from(library).imucount_sources().decode() == sources_sum()
    assert [each.name for each in library.parent.iterdir()] == [library.name]


def test_the_core_is_loaded_once():
    assert core() is core()


def test_functions_are_called_as_the_header_declares_them():
    header = re.sub(r"/\*.*?\*/", "", (FOLDER / "core.h").read_text(encoding="utf-8"), flags=re.S)
    declared = {
        name: ("*" in result, ["*" in each for each in arguments.split(",") if each != "void"])
        for result, name, arguments in re.findall(r"EXPORT ([\w *]+?)(imucount_\w+)\(([^)]*)\)", header)
    }
    assert declared.pop("imucount_sources") == (True, [])
    called = {
        name: (False, [argument.__name__ == "c_void_p" for argument in arguments])
        for name, (_, arguments) in FUNCTIONS.items()
    }
    assert called == declared


@needs_compiler
def test_a_library_made_of_other_sources_is_refused(library, monkeypatch):
    monkeypatch.setattr("imucount.core.library.sources_sum", lambda: "otherwise")
    with pytest.raises(ImucountError, match=r"of others.*python -m imucount\.core\.build"):
        load_from(library)


def test_a_missing_library_is_told(tmp_path):
    with pytest.raises(ImucountError, match=r"found no such file.*python -m imucount\.core\.build"):
        load_from(tmp_path / library_name())


def test_a_library_for_another_machine_is_told(tmp_path):
    path = tmp_path / library_name()
    path.write_bytes(b"\x7fELF of another machine")
    with pytest.raises(ImucountError, match=r"for this machine.*python -m imucount\.core\.build"):
        load_from(path)


def test_without_a_compiler_it_says_where_to_get_one(tmp_path, monkeypatch):
    monkeypatch.setattr("imucount.core.build.native_compiler", lambda: None)
    monkeypatch.setattr("imucount.core.build.find_spec", lambda name: None)
    with pytest.raises(NoCompilerError, match="pip install ziglang"):
        compile_core(tmp_path / library_name())


def test_a_compiler_that_fails_is_quoted_and_the_library_stays(tmp_path):
    path = tmp_path / library_name()
    path.write_bytes(b"as it was")
    failing = [sys.executable, "-c", "import sys; sys.exit('no space left')"]
    with pytest.raises(NoCompilerError, match="no space left"):
        compile_core(path, failing)
    assert path.read_bytes() == b"as it was"


def test_a_compiler_that_cannot_compile_is_passed_over(tmp_path, monkeypatch):
    compiler = tmp_path / "cc"
    compiler.write_text("#!/bin/sh\necho no headers >&2\nexit 1\n")
    compiler.chmod(0o755)
    monkeypatch.setenv("CC", str(compiler))
    assert native_compiler() is None


@needs_compiler
def test_the_command_of_the_notes_builds_it(tmp_path):
    """Of a copy: tests beside this one have the library loaded."""
    for path in (*FOLDER.glob("*.[ch]"), FOLDER / "build.py"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    subprocess.run([sys.executable, str(tmp_path / "build.py")], check=True, timeout=60)
    assert load_from(tmp_path / library_name())
