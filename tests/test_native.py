"""gilext._native as a module: more than once, in other interpreters, and without a GIL."""

import ast
import ctypes
import gc
import importlib.machinery
import importlib.util
import inspect
import sys
import weakref
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import gilext
from gilext import _native

PUBLIC = [name for name in dir(_native) if name[0] != "_"]
TYPES = [
    value
    for value in map(vars(_native).get, PUBLIC)
    if isinstance(value, type) and not issubclass(value, Exception)
]
from_c = pytest.mark.parametrize("name", PUBLIC)


# -- more than one ----------------------------------------------------------------------------


def new_copy() -> ModuleType:
    loader = importlib.machinery.ExtensionFileLoader(_native.__name__, _native.__file__)
    spec = importlib.util.spec_from_loader(_native.__name__, loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_each_import_makes_a_module_of_its_own() -> None:
    first, second = new_copy(), new_copy()
    assert first is not second
    assert first.Meeting is not second.Meeting
    assert first.spin_held is not second.spin_held
    assert not isinstance(first.Meeting(1), second.Meeting)


def test_a_copy_works_as_the_first_does() -> None:
    copy = new_copy()
    assert copy.spin_released(10, 3) == _native.spin_released(10, 3)
    assert copy.Meeting(1).wait_released(0)


def test_a_copy_goes_with_its_last_user() -> None:
    copy = new_copy()
    meeting = copy.Meeting(1)
    kept_by_meeting = weakref.ref(copy.Meeting)
    kept_by_us = weakref.ref(copy)
    del copy
    gc.collect()
    assert kept_by_meeting() is type(meeting)
    del meeting
    gc.collect()
    assert kept_by_meeting() is None
    assert kept_by_us() is None


NEW_OBJECT: dict[str, Callable[[ModuleType], object]] = {
    "Meeting": lambda module: module.Meeting(1),
    "Sampler": lambda module: module.Sampler(1.0, 0.0, 0.0, 0),
    "StandIn": lambda module: module.StandIn(1.0),
    "Ticker": lambda module: module.Ticker(int, 1.0),
    "Counters": lambda module: module.Counters("plain", 1),
    "LockPair": lambda module: module.LockPair(),
    "Census": lambda module: module.Census(),
    "ArenaCount": lambda module: module.ArenaCount(),
    "Ending": lambda module: module.Ending(int, 1.0),
    "Around": lambda module: module.Around(int),
    "UnsupportedInterpreter": lambda module: module.UnsupportedInterpreter(),
}


def test_every_type_has_an_object_here() -> None:
    types = [name for name in PUBLIC if isinstance(getattr(_native, name), type)]
    assert types == sorted(NEW_OBJECT)


@pytest.mark.parametrize("name", NEW_OBJECT)
def test_a_copy_that_keeps_an_object_of_its_own_is_collected(name: str) -> None:
    copy = new_copy()
    copy.kept = NEW_OBJECT[name](copy)
    kept_type, kept_module = weakref.ref(type(copy.kept)), weakref.ref(copy)
    del copy
    gc.collect()
    gc.collect()  # an exception's class goes a round later
    assert kept_type() is None
    assert kept_module() is None


@pytest.mark.parametrize("name", [kind.__name__ for kind in TYPES])
def test_an_object_keeps_its_type_no_longer_than_it_lives(name: str) -> None:
    copy = new_copy()
    kind = getattr(copy, name)
    before = sys.getrefcount(kind)
    for _ in range(10):
        NEW_OBJECT[name](copy)
    gc.collect()
    assert sys.getrefcount(kind) == before


# -- what is in it ----------------------------------------------------------------------------


def test_every_function_is_in_the_stub_with_its_parameters() -> None:
    tree = ast.parse(Path(gilext.__file__).with_name("_native.pyi").read_text(encoding="utf-8"))
    stubs = {
        node.target.id if isinstance(node, ast.AnnAssign) else node.name: node
        for node in tree.body
        if isinstance(node, ast.AnnAssign | ast.ClassDef | ast.FunctionDef)
    }
    assert sorted(stubs) == [name for name in sorted(dir(_native)) if name[0] != "_"]
    for name, stub in stubs.items():
        if isinstance(stub, ast.FunctionDef):
            parameters = inspect.signature(getattr(_native, name)).parameters
            arguments = [*stub.args.posonlyargs, *stub.args.args]
            assert [argument.arg for argument in arguments] == list(parameters)


@pytest.mark.parametrize("kind", TYPES)
def test_every_member_of_a_type_is_in_the_stub(kind: type) -> None:
    tree = ast.parse(Path(gilext.__file__).with_name("_native.pyi").read_text(encoding="utf-8"))
    (stub,) = (
        node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == kind.__name__
    )
    members = {node.name for node in stub.body if isinstance(node, ast.FunctionDef)}
    # A buffer has names in Python from 3.12 on.
    skipped = {"__doc__", "__module__", "__buffer__", "__release_buffer__"}
    assert members - skipped == set(vars(kind)) - skipped


@from_c
def test_everything_has_a_docstring_and_a_signature(name: str) -> None:
    value = getattr(_native, name)
    if not callable(value):
        assert isinstance(value, int)
        return
    assert inspect.getdoc(value)
    if value is _native.UnsupportedInterpreter:
        return
    takes_nothing = name in ("ArenaCount", "Census", "LockPair", "heap_bytes", "memory_sizes")
    assert bool(inspect.signature(value).parameters) != takes_nothing


@pytest.mark.parametrize("name", ["wait_held", "wait_released"])
def test_the_methods_of_meeting_have_a_docstring_and_a_signature(name: str) -> None:
    method = getattr(gilext.Meeting, name)
    assert inspect.getdoc(method)
    assert str(inspect.signature(method)) == "(self, /, timeout)"


# -- Meeting is as final as a built-in type ---------------------------------------------------


def test_meeting_can_not_be_subclassed() -> None:
    with pytest.raises(TypeError, match="not an acceptable base type"):
        type("Gathering", (gilext.Meeting,), {})


def test_meeting_can_not_be_changed() -> None:
    with pytest.raises(TypeError, match="immutable type"):
        gilext.Meeting.wait_held = None
    with pytest.raises(TypeError, match="immutable type"):
        del gilext.Meeting.wait_held


def test_a_meeting_has_no_room_for_more_attributes() -> None:
    with pytest.raises(AttributeError):
        gilext.Meeting(1).agenda = "none"


@pytest.mark.parametrize("name", ["parties", "_address"])
def test_the_attributes_of_a_meeting_are_read_only(name: str) -> None:
    with pytest.raises(AttributeError, match=name):
        setattr(gilext.Meeting(1), name, 2)


# -- the symbols for ctypes and cffi ----------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["gilext_spin", "gilext_count_primes", "gilext_checksum", "gilext_meet"]
)
def test_a_public_c_function_is_exported(name: str) -> None:
    assert hasattr(ctypes.CDLL(_native.__file__), name)


@pytest.mark.parametrize("name", ["meeting_init", "os_crew_run", "timed_burn", "to_buffer"])
def test_a_private_c_function_is_not_exported(name: str) -> None:
    assert not hasattr(ctypes.CDLL(_native.__file__), name)


def test_gilext_meet_takes_the_address_of_a_meeting() -> None:
    meet = ctypes.CDLL(_native.__file__).gilext_meet
    meet.argtypes, meet.restype = (ctypes.c_void_p, ctypes.c_uint64), ctypes.c_int
    alone, two = gilext.Meeting(1), gilext.Meeting(2)
    assert meet(alone._address, 0) == 1
    assert meet(two._address, 0) == 0


# -- other interpreters, and no GIL -----------------------------------------------------------


# coverage starts itself in every interpreter of a child process, and in 3.11 hangs in the second.
NO_COVERAGE = {"COVERAGE_PROCESS_CONFIG": None, "COVERAGE_PROCESS_START": None}


def test_it_works_in_sub_interpreters(run_child: Callable[..., Any]) -> None:
    child = run_child("sub_interpreters.py", **NO_COVERAGE)
    if child.stdout.startswith("skip: "):
        pytest.skip(child.stdout.removeprefix("skip: ").strip())
    assert child.stdout == "works in 3 interpreters\n"


def test_an_extension_that_says_nothing_of_interpreters_works_in_the_first_alone(
    run_child: Callable[..., Any],
) -> None:
    child = run_child("sub_interpreters.py", "_testsinglephase", **NO_COVERAGE)
    if child.stdout.startswith("skip: "):
        pytest.skip(child.stdout.removeprefix("skip: ").strip())
    assert child.stdout == "refused\n"


@pytest.mark.without_gil
def test_importing_it_leaves_the_gil_off(run_child: Callable[..., Any]) -> None:
    assert run_child("gil_after_import.py", "native", PYTHON_GIL=None).stdout == "off\n"


@pytest.mark.without_gil
def test_an_extension_that_says_nothing_about_the_gil_switches_it_on(
    run_child: Callable[..., Any],
) -> None:
    pytest.importorskip("_testmultiphase", reason="this Python has no extensions to test with")
    assert run_child("gil_after_import.py", "undeclared", PYTHON_GIL=None).stdout == "on\n"
