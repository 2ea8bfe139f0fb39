"""What an extension module declares, from its definition and the slots of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType

from gilext._native import exported_slots, module_contents, module_definition
from gilext.core.environment import is_free_threaded_build

# A slot has another number in what is compiled for the slots of CPython 3.15 (PEP 820).
_GIL_SLOTS = {4, 87}
_INTERPRETERS_SLOTS = {3, 86}
_STATE_SIZE_SLOTS = {102}
_NOT_USED = 1
_IS_FREE_THREADED = is_free_threaded_build()

NOT_USED = "declares Py_MOD_GIL_NOT_USED"
USED = "declares Py_MOD_GIL_USED"
UNDECLARED = "declares nothing"
SINGLE_PHASE_NOT_USED = "single-phase, declares Py_MOD_GIL_NOT_USED"
SINGLE_PHASE_USED = "single-phase, declares nothing"
SINGLE_PHASE_UNKNOWN = "single-phase: unknown here"
NO_MODULE = "makes no module object"
BROUGHT_BACK = "declares nothing, or Py_MOD_GIL_USED"
UNDECLARED_HERE = "declares nothing in this build"
UNREADABLE = "unreadable here"

MULTI_PHASE = "multi-phase"
SINGLE_PHASE = "single-phase"
_INTERPRETERS = ("not supported", "supported", "per-interpreter GIL")

_NEEDS_GIL = {NOT_USED: False, USED: True, UNDECLARED: True}


@dataclass(frozen=True, slots=True)
class Declaration:
    """What an extension module declares.

    Attributes
    ----------
    words : str
        What it does, as a predicate: ``"declares Py_MOD_GIL_NOT_USED"``.
    needs_gil : bool or None
        Whether a free-threaded build switches its GIL on for it: on such a build, what CPython
        itself keeps; on another, a forecast from the slots. None if that can't be told here.
    phases, interpreters, state_bytes, methods
        As of `gilext.auditing.results.Declared`.
    """

    words: str
    needs_gil: bool | None
    phases: str | None = None
    interpreters: str | None = None
    state_bytes: int | None = None
    methods: tuple[str, ...] = ()


def declaration_of(module: object, path: str | None = None) -> Declaration:
    """Return what a loaded extension module declares.

    Parameters
    ----------
    module : object
        What its loading returned: a module, in all but a few cases.
    path : str or None
        Its file, if it is known: a module without a definition is read from there (PEP 793).

    Returns
    -------
    Declaration
    """
    if not isinstance(module, ModuleType):
        # What is initialised in a single phase makes a module, or isn't loaded.
        return Declaration(NO_MODULE, True, MULTI_PHASE)
    slots, is_single_phase, needs_gil = module_definition(module)
    state_bytes, methods = module_contents(module) or (None, [])
    if slots is None and path is not None:
        slots, methods = exported_slots(path, _hook_of(module)) or (None, [])
        state_bytes = None if slots is None else _value_of(_STATE_SIZE_SLOTS, slots) or 0
    words = _words(slots, is_single_phase, needs_gil)
    if needs_gil is None:
        needs_gil = _NEEDS_GIL.get(words)
    return Declaration(
        words, needs_gil, _phases(slots, is_single_phase), _interpreters(slots, is_single_phase),
        state_bytes, tuple(methods),
    )  # fmt: skip


def _hook_of(module: ModuleType) -> str:
    name = str(object.__getattribute__(module, "__dict__").get("__name__")).rpartition(".")[2]
    if name.isascii():
        return f"PyModExport_{name}"
    return f"PyModExportU_{name.encode('punycode').decode('ascii').replace('-', '_')}"


def _value_of(numbers: set[int], slots: Sequence[tuple[int, int]]) -> int | None:
    return next((value for number, value in slots if number in numbers), None)


def _phases(slots: list[tuple[int, int]] | None, is_single_phase: bool) -> str | None:
    if is_single_phase:
        return SINGLE_PHASE
    return None if slots is None else MULTI_PHASE


def _interpreters(slots: list[tuple[int, int]] | None, is_single_phase: bool) -> str | None:
    if is_single_phase:
        # As CPython takes it: only a sub-interpreter that shares all may import such a module.
        return _INTERPRETERS[0]
    if slots is None:
        return None
    value = _value_of(_INTERPRETERS_SLOTS, slots)
    if value is None:
        return "undeclared"
    return _INTERPRETERS[value] if value < len(_INTERPRETERS) else None


def _words(
    slots: list[tuple[int, int]] | None, is_single_phase: bool, needs_gil: bool | None
) -> str:
    if is_single_phase:
        if needs_gil is None:
            return SINGLE_PHASE_UNKNOWN
        return SINGLE_PHASE_USED if needs_gil else SINGLE_PHASE_NOT_USED
    declared = _value_of(_GIL_SLOTS, slots or ())
    if declared is not None:
        return NOT_USED if declared == _NOT_USED else USED
    if slots is not None:
        return UNDECLARED if _IS_FREE_THREADED else UNDECLARED_HERE
    if needs_gil is None:
        return UNREADABLE
    return UNDECLARED if needs_gil else NOT_USED
