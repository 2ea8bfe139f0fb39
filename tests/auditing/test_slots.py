"""What an extension module declares, by its slots alone: a forecast, on a build with a GIL."""

import json
import posix
import sys
from types import ModuleType

import pytest

from gilext import _native
from gilext.auditing.importing import slots
from gilext.auditing.importing.slots import Declaration, declaration_of

OWN_SLOTS, OWN_IS_SINGLE_PHASE, OWN_NEEDS_GIL = _native.module_definition(_native)


def test_the_definition_of_this_module_is_read():
    assert OWN_IS_SINGLE_PHASE is False
    assert OWN_NEEDS_GIL is (False if hasattr(sys, "abiflags") and "t" in sys.abiflags else None)
    values = dict(OWN_SLOTS)
    assert (values.get(4) or values.get(87)) == (1 if sys.version_info >= (3, 13) else None)


def test_a_module_in_python_has_no_definition():
    assert _native.module_definition(json)[:2] == (None, False)


def test_only_modules_have_definitions():
    with pytest.raises(TypeError, match="takes a module, not str"):
        _native.module_definition("json")


def test_what_is_no_module_brings_the_gil_back_whatever_it_declares():
    assert declaration_of("text") == Declaration(slots.NO_MODULE, True, slots.MULTI_PHASE)


@pytest.fixture
def declared(monkeypatch):
    """Tell what a module with these slots says where CPython itself keeps nothing of it."""

    def tell(found, *, is_single_phase=False, is_free_threaded=False):
        monkeypatch.setattr(slots, "_IS_FREE_THREADED", is_free_threaded)
        monkeypatch.setattr(slots, "module_definition", lambda _: (found, is_single_phase, None))
        declared = declaration_of(json)
        return declared.words, declared.needs_gil

    return tell


@pytest.mark.parametrize("number", [4, 87], ids=["3.13", "3.15"])
def test_the_slot_decides(declared, number):
    assert declared([(2, 1234), (number, 1)]) == (slots.NOT_USED, False)
    assert declared([(2, 1234), (number, 0)]) == (slots.USED, True)


@pytest.mark.parametrize("found", [[], [(2, 1234), (3, 0)]], ids=["none", "others"])
def test_a_module_without_the_slot_is_told_only_by_a_build_without_a_gil(declared, found):
    assert declared(found, is_free_threaded=True) == (slots.UNDECLARED, True)
    assert declared(found) == (slots.UNDECLARED_HERE, None)


def test_what_cannot_be_told_is_unknown(declared):
    assert declared([], is_single_phase=True) == (slots.SINGLE_PHASE_UNKNOWN, None)
    assert declared(None) == (slots.UNREADABLE, None)


@pytest.mark.parametrize("number", [3, 86], ids=["3.12", "3.15"])
@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "not supported"), (1, "supported"), (2, "per-interpreter GIL"), (3, None)],
)
def test_what_is_said_of_interpreters_is_read(monkeypatch, number, value, words):
    monkeypatch.setattr(slots, "module_definition", lambda _: ([(number, value)], False, None))

    assert declaration_of(json).interpreters == words


def test_what_this_module_declares_is_read_whole():
    declared = declaration_of(_native, _native.__file__)

    assert declared.phases == "multi-phase"
    assert declared.interpreters == (
        "per-interpreter GIL" if sys.version_info >= (3, 12) else "undeclared"
    )
    assert declared.state_bytes > 0
    assert declared.methods == ()  # they are added later, from several tables


def test_the_functions_of_a_definition_are_read():
    assert {"readlink", "getpid"} <= set(declaration_of(posix).methods)


def test_a_module_of_one_phase_supports_no_interpreters(monkeypatch):
    monkeypatch.setattr(slots, "module_definition", lambda _: ([], True, None))

    assert declaration_of(json).phases == "single-phase"
    assert declaration_of(json).interpreters == "not supported"


def test_a_module_in_python_declares_nothing_of_its_own():
    declared = declaration_of(json, json.__file__)

    assert (declared.phases, declared.interpreters, declared.state_bytes) == (None, None, None)
    assert declared.methods == ()


def test_a_file_that_is_not_loaded_exports_no_slots(tmp_path):
    assert _native.exported_slots(tmp_path / "none.so", "PyModExport_none") is None
    assert _native.exported_slots(_native.__file__, "PyModExport__native") is None
    with pytest.raises(ValueError, match="null"):
        _native.exported_slots("a\0b", "PyModExport_none")


@pytest.mark.parametrize(
    ("name", "hook"),
    [("package.module", "PyModExport_module"), ("package.größe", "PyModExportU_gre_6ka8i")],
    ids=["ascii", "not ascii"],
)
def test_the_hook_is_asked_for_by_its_own_name(monkeypatch, name, hook):
    monkeypatch.setattr(slots, "exported_slots", lambda path, asked: ([], [f"{path}:{asked}"]))

    declared = declaration_of(ModuleType(name), "module.so")

    assert declared.methods == (f"module.so:{hook}",)
    assert (declared.phases, declared.state_bytes) == ("multi-phase", 0)
