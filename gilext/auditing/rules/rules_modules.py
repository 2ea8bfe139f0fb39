"""Rules on what modules declare and refer to: free threading, sub-interpreters, the release."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gilext.auditing.evidence import is_multi_phase, needs_gil
from gilext.auditing.results import Capable, Finding, ModuleAudit, PackageAudit
from gilext.auditing.rules.codes import finding
from gilext.auditing.targets.tags import is_free_threaded
from gilext.core.report import counted

MAX_NAMED = 3
_SUPPORTED = {"supported", "per-interpreter GIL"}


def needs_the_gil(audit: PackageAudit) -> Iterator[Finding]:
    """GX201: importing the module switches the GIL on."""
    for module in audit.modules:
        if needs_gil(module):
            said = f": {module.declared.gil}" if module.declared is not None else ""
            yield finding(
                "GX201", f"{module.name} needs the GIL on a free-threaded build{said}.",
                module.path,
            )  # fmt: skip


def borrows_references(audit: PackageAudit) -> Iterator[Finding]:
    """GX202: a module that needs no GIL takes references that another thread may free.

    Only of what was built for free-threaded CPython: the same source may refer to other functions
    there.
    """
    for module in audit.modules:
        capable = module.capable
        if capable is None or needs_gil(module) is not False:
            continue
        borrowed = [one for one in capable.borrowed if not _is_locked(one, capable)]
        if borrowed and is_free_threaded(capable.built_for):
            yield finding(
                "GX202",
                f"{module.name} says that it needs no GIL, and refers to {named(borrowed)}, whose "
                "results another thread may free.",
                module.path,
            )


def _is_locked(function: str, capable: Capable) -> bool:
    """Return whether a module seems to lock the dict that it walks, as CPython asks it to."""
    return function == "PyDict_Next" and "critical sections" in capable.locks


def is_single_phase(audit: PackageAudit) -> Iterator[Finding]:
    """GX301: modules that no sub-interpreter with a GIL of its own can import."""
    found = [one.name for one in audit.modules if one.is_module and is_multi_phase(one) is False]
    if found:
        yield finding("GX301", f"{_of_all(found, audit)} single-phase: {named(found)}.")


def refuses_subinterpreters(audit: PackageAudit) -> Iterator[Finding]:
    """GX302: modules that say that sub-interpreters can't import them."""
    found = [
        one.name
        for one in audit.modules
        if one.declared is not None and one.declared.interpreters == "not supported"
        and one.declared.phases != "single-phase"
    ]  # fmt: skip
    if found:
        are = "declares" if len(found) == 1 else "declare"
        yield finding(
            "GX302",
            f"{_of_all(found, audit, are)} Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED: "
            f"{named(found)}.",
        )


def takes_gilstate(audit: PackageAudit) -> Iterator[Finding]:
    """GX303: PyGILState_Ensure in a module that says that it supports sub-interpreters."""
    for module in audit.modules:
        capable, declared = module.capable, module.declared
        if capable is None or declared is None or declared.interpreters not in _SUPPORTED:
            continue
        if "PyGILState_Ensure" in capable.thread_names:
            yield finding(
                "GX303",
                f"{module.name} declares sub-interpreters as {declared.interpreters!r}, and "
                "refers to PyGILState_Ensure.",
                module.path,
            )


def never_releases(audit: PackageAudit) -> Iterator[Finding]:
    """GX401: nothing in the package can release the GIL."""
    capable = [one.capable for one in audit.modules if one.is_module]
    if capable and all(one is not None and one.releases is False for one in capable):
        its = "Its one module" if len(capable) == 1 else f"None of its {len(capable)} modules"
        does, can = ("doesn't refer", "it can't") if len(capable) == 1 else ("refers", "none can")
        yield finding("GX401", f"{its} {does} to PyEval_SaveThread, so {can} release the GIL.")


def named(names: Sequence[str]) -> str:
    """Return the first of some names, and how many more there are."""
    more = len(names) - MAX_NAMED
    return ", ".join(names[:MAX_NAMED]) + (f" and {more} more" if more > 0 else "")


def _of_all(found: Sequence[str], audit: PackageAudit, verb: str = "") -> str:
    verb = verb or ("is" if len(found) == 1 else "are")
    modules: list[ModuleAudit] = [one for one in audit.modules if one.is_module]
    return f"{len(found)} of {counted(len(modules), 'module')} {verb}"


CHECKS = (
    needs_the_gil,
    borrows_references,
    is_single_phase,
    refuses_subinterpreters,
    takes_gilstate,
    never_releases,
)
