"""The names of CPython's C API that say what a compiled file could do.

Each table names its source: a chapter of CPython's documentation, or a file of its sources.
"""

from __future__ import annotations

from collections.abc import Iterable

# What releases the GIL that the calling thread holds, or detaches its thread state: Doc/c-api/
# threads.rst; Python/ceval_gil.c and pystate.c have no other callers of _PyThreadState_Detach that
# an extension may call and go on. PyEval_ReleaseLock went with 3.13. PyThreadState_Swap does it
# since 3.12; PyGILState_Release only undoes what PyGILState_Ensure did.
RELEASES = frozenset(
    {"PyEval_SaveThread", "PyEval_ReleaseThread", "PyEval_ReleaseLock", "PyThreadState_Swap"}
)

# What a thread without a thread state, or with a detached one, may take the GIL with: Doc/c-api/
# threads.rst, and PEP 788 for those of 3.15.
TAKES = frozenset(
    {
        "PyEval_AcquireLock",
        "PyEval_AcquireThread",
        "PyGILState_Ensure",
        "PyThreadState_Ensure",
        "PyThreadState_EnsureFromView",
    }
)

# Doc/c-api/module.rst: for modules of one phase, on free-threaded builds.
SETS_GIL = "PyUnstable_Module_SetGIL"

# Include/cpython/lock.h and critical_section.h: what the inline functions and macros call.
LOCKS = {
    "PyMutex": frozenset({"PyMutex_Lock", "PyMutex_Unlock"}),
    "critical sections": frozenset(
        {
            "PyCriticalSection_Begin",
            "PyCriticalSection_BeginMutex",
            "PyCriticalSection2_Begin",
            "PyCriticalSection2_BeginMutex",
        }
    ),
}

# Doc/howto/free-threading-extensions.rst, "Borrowed References": those that aren't macros, and the
# private forms of PyDict_GetItem that Include/cpython/dictobject.h has.
BORROWED = frozenset(
    {
        "PyDict_GetItem",
        "PyDict_GetItemString",
        "PyDict_GetItemWithError",
        "PyDict_Next",
        "PyDict_SetDefault",
        "PyImport_AddModule",
        "PyImport_AddModuleObject",
        "PyList_GetItem",
        "PyWeakref_GetObject",
        "_PyDict_GetItemStringWithError",
        "_PyDict_GetItem_KnownHash",
        "_PyDict_Next",
    }
)

# Doc/c-api/module.rst. What a module's PyInit function returns comes from one of these.
MULTI_PHASE = "PyModuleDef_Init"
SINGLE_PHASE = frozenset({"PyModule_Create2", "PyModule_Create2TraceRefs"})

# PEP 489 and, for 3.15, PEP 793: CPython takes a PyModExport if there is one. What follows the U is
# punycode, of a name that isn't ASCII.
EXPORT_HOOKS = ("PyModExport_", "PyModExportU_")
HOOKS = ("PyInit_", "PyInitU_", *EXPORT_HOOKS)

# What finds a function by its name as the program runs: POSIX, and the Windows API.
LOOKS_UP = frozenset({"dlsym", "dlvsym", "GetProcAddress"})

# Other names that a reader who asks about the GIL wants to see.
_ALSO = frozenset({"PyEval_RestoreThread", "PyGILState_Release", SETS_GIL})
_PREFIXES = ("PyThreadState_", "PyMutex_", "PyCriticalSection", "PyInterpreterGuard_")


def is_of_threads(name: str) -> bool:
    """Return whether a name is of CPython's functions for the GIL, thread states and locks."""
    return name in RELEASES or name in TAKES or name in _ALSO or name.startswith(_PREFIXES)


def is_of_python(name: str) -> bool:
    """Return whether a name is, by its form, of CPython's C API."""
    return name.startswith(("Py", "_Py")) and not name.startswith(HOOKS)


def file_name(library: str) -> str:
    """Return the name of a library's file, for which a program may name a whole path."""
    return library.replace("\\", "/").rpartition("/")[2]


def modules_in(exports: Iterable[str]) -> tuple[str, ...]:
    """Return the last names of the modules that a file may be imported as, by what it exports."""
    found = []
    for name in exports:
        for hook in HOOKS:
            if name.startswith(hook):
                encoded = name.removeprefix(hook)
                found.append(_decoded(encoded) if hook.endswith("U_") else encoded)
    return tuple(dict.fromkeys(found))


def _decoded(name: str) -> str:
    """Return a module's name that stands in punycode, with an underscore for its hyphen."""
    plain, hyphen, rest = name.rpartition("_")
    try:
        return (f"{plain}-{rest}" if hyphen else rest).encode("ascii").decode("punycode")
    except UnicodeError:
        return name
