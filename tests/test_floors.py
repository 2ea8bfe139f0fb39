"""What import-linter can't see: imports by a string, and those of C."""

import ast
import re
from pathlib import Path

import pytest

import gilext

PACKAGE = Path(gilext.__file__).parent
CSRC = Path(__file__).parents[1] / "csrc"
FLOORS = {"os": 0, "cpython": 1}  # any other room stands on these two, and not on its neighbours
SHARED = {"native.h", "arguments.h", "compat.h"}  # between the rooms' glue and the module

in_source_tree = pytest.mark.skipif(not CSRC.is_dir(), reason="there are no sources in C here")


def imported_by_string(source):
    """Return the modules of gilext that a source names in a call that imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and "import" in ast.unparse(node.func):
            for part in ast.walk(node):
                if isinstance(part, ast.Constant) and str(part.value).startswith("gilext."):
                    yield part.value


def test_no_room_imports_by_a_string():
    found = {
        (path.name, name)
        for path in PACKAGE.rglob("*.py")
        for name in imported_by_string(path.read_text(encoding="utf-8"))
    }

    assert found == set()


def test_an_import_by_a_string_is_seen():
    code = "def f(): return getattr(import_module('gilext.render' + '.files'), 'save')"

    assert list(imported_by_string(code)) == ["gilext.render"]


def faults_of(path, text):
    """Return what a file of C includes that it should not."""
    room = path.parent.name
    is_glue = path.name.startswith("py_") or not room
    for header in re.findall(r'^#include "(?!internal/)(.+)"', text, re.M):
        other = Path(header).parent.name
        is_below = not room or FLOORS.get(other, 9) < FLOORS.get(room, 2)
        if not (other == room or is_below or (header in SHARED and is_glue)):
            yield header
    if "#include <Python.h>" in text and not is_glue and room != "cpython":
        yield "Python.h"


@in_source_tree
def test_c_includes_from_its_own_room_or_one_below():
    files = [path for path in CSRC.rglob("*") if path.suffix in (".c", ".h")]
    faults = {
        (str(path.relative_to(CSRC)), header)
        for path in files
        for header in faults_of(path.relative_to(CSRC), path.read_text(encoding="utf-8"))
    }

    assert len(files) > 40
    assert faults == set()


@pytest.mark.parametrize(
    ("path", "header"),
    [
        ("os/clock.h", "recording/sampler.h"),
        ("os/clock.h", "cpython/gil_state.h"),
        ("checking/call_watch.c", "recording/sampler.h"),
        ("loops/loops.c", "native.h"),
        ("cpython/gil_state.c", "arguments.h"),
    ],
)
def test_an_include_from_above_is_seen(path, header):
    assert (
        list(faults_of(Path(path), f'#include "os/looker.h"\n#include "{header}"\n'))[-1] == header
    )
