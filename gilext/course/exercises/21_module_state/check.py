"""Two module objects in one interpreter, then one in an interpreter with a GIL of its own."""

import sys
from pathlib import Path
from types import ModuleType

from gilext.course.grading import NotYet
from gilext.course.scenes import fresh


def check(module: ModuleType) -> None:
    """See that each module object counts for itself, and that others may have one."""
    first, second = fresh(module), fresh(module)
    counted = [first.next_number(), first.next_number(), second.next_number(), first.next_number()]
    if counted in ([1, 2, 3, 4], [1, 2, 1, 2]):
        raise NotYet(
            "Two module objects of one file share one sequence of numbers, as two interpreters would: "
            f"they counted {counted} instead of [1, 2, 1, 3].\n\nA static variable exists once "
            "per process. The state that PyModule_GetState() returns exists once per module object."
        )
    if counted != [1, 2, 1, 3]:
        raise NotYet(f"Two module objects counted {counted} instead of [1, 2, 1, 3].")
    refused = _refused_by_interpreter(module)
    if refused:
        raise NotYet(
            f"An interpreter with a GIL of its own refused the module: {refused}\n\nThe slot "
            "Py_mod_multiple_interpreters has to say Py_MOD_PER_INTERPRETER_GIL_SUPPORTED."
        )


def _refused_by_interpreter(module: ModuleType) -> str:
    """Return why another interpreter can't import the module; empty if it can, or before 3.12."""
    folder = str(Path(module.__file__ or "").parent)
    code = f"import sys; sys.path.insert(0, {folder!r}); import exercise; exercise.next_number()"
    if sys.version_info >= (3, 13):
        import _interpreters

        interpreter = _interpreters.create()
        failed = _interpreters.exec(interpreter, code)
        return str(failed.formatted) if failed else ""
    if sys.version_info >= (3, 12):
        import _xxsubinterpreters

        interpreter = _xxsubinterpreters.create()
        try:
            _xxsubinterpreters.run_string(interpreter, code)
        except _xxsubinterpreters.RunFailedError as error:
            return str(error)
    return ""
