"""Modules of the course are built with one call of the compiler, and its absence is named."""

import shutil
import sys

import pytest

from gilext.course import building
from gilext.course.building import BuildFailed, NoCompiler, build, compiler
from gilext.course.outcomes import run_child

EMPTY_MODULE = """
#include <Python.h>

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "empty"};

PyMODINIT_FUNC
PyInit_empty(void)
{
    return PyModuleDef_Init(&definition);
}
"""


@pytest.mark.compiles
def test_module_is_built_and_can_be_imported(tmp_path):
    source = tmp_path / "empty.c"
    source.write_text(EMPTY_MODULE)

    built = build([source], tmp_path, "empty")

    assert built.path.parent == tmp_path
    outcome = run_child([sys.executable, "-c", "import empty; print(empty.__name__)"], tmp_path, 60)
    assert (outcome.how, outcome.stdout) == ("ended", "empty\n"), outcome


@pytest.mark.compiles
def test_what_the_compiler_refuses_is_told_in_its_words(tmp_path):
    source = tmp_path / "wrong.c"
    source.write_text("int wrong(void) { return undeclared; }\n")

    with pytest.raises(BuildFailed, match="undeclared") as raised:
        build([source], tmp_path, "wrong")

    assert str(source) in raised.value.output


@pytest.mark.compiles
def test_warnings_of_what_the_compiler_takes_are_kept(tmp_path):
    source = tmp_path / "empty.c"
    source.write_text(EMPTY_MODULE + "static int unused(void) { return 0; }\n")

    assert "unused" in build([source], tmp_path, "empty").warnings


def test_missing_compiler_is_named_with_what_to_install(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)

    with pytest.raises(NoCompiler, match=r"no C compiler.*gcc"):
        compiler()


def test_missing_headers_are_named_with_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(building.sysconfig, "get_path", lambda _: str(tmp_path))

    with pytest.raises(NoCompiler, match=r"Python\.h isn't in .*python3-dev"):
        compiler()
