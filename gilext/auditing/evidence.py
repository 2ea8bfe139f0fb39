"""What is certain of a module, whichever half of the audit found it; None if nothing is."""

from __future__ import annotations

from gilext.auditing.results import ModuleAudit
from gilext.auditing.targets.tags import is_free_threaded

_SHARE_ONE_GIL = {f"cp3{minor}" for minor in range(12)}


def needs_gil(module: ModuleAudit) -> bool | None:
    """Return whether a free-threaded build switches its GIL on for a module; None: unknown.

    Without an import, only one thing is certain: a single-phase module that was compiled for a
    free-threaded build and doesn't refer to `PyUnstable_Module_SetGIL` can't have said no.
    """
    if module.declared is not None and module.declared.needs_gil is not None:
        return module.declared.needs_gil
    capable = module.capable
    if capable is None or not module.is_module or not is_free_threaded(capable.built_for):
        return None
    return True if capable.phases == "single-phase" and not capable.sets_gil else None


def releases(module: ModuleAudit) -> bool | None:
    """Return whether a module refers to what releases the GIL; None: unknown."""
    return None if module.capable is None else module.capable.releases


def is_multi_phase(module: ModuleAudit) -> bool | None:
    """Return whether a module is initialised in several phases (PEP 489); None: unknown."""
    for said in (module.declared, module.capable):
        if said is not None and said.phases is not None:
            return said.phases == "multi-phase"
    return None


def has_subinterpreters(module: ModuleAudit) -> bool | None:
    """Return whether an interpreter with a GIL of its own can load a module; None: unknown.

    There are such interpreters from CPython 3.12 on.
    """
    if is_multi_phase(module) is False:
        return False
    if module.capable is not None and module.capable.built_for in _SHARE_ONE_GIL:
        return None
    said = None if module.declared is None else module.declared.interpreters
    return None if said is None else said == "per-interpreter GIL"
