"""What a project requires of its modules: ``--require releases,no-errors``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from gilext.auditing.evidence import has_subinterpreters, is_multi_phase, needs_gil, releases
from gilext.auditing.results import ModuleAudit, PackageAudit, Severity

_IMPORT = "--import tells"
# What tells that something of a package wasn't read.
_UNREAD = {"GX902", "GX903"}


@dataclass(frozen=True, slots=True)
class _Requirement:
    """What is required, how to see it, what to say if it isn't met, and what would tell."""

    is_met: Callable[[ModuleAudit], bool | None]
    unmet: str
    unknown: str
    how: str


def _is_free_of_gil(module: ModuleAudit) -> bool | None:
    needed = needs_gil(module)
    return None if needed is None else not needed


REQUIREMENTS = {
    "releases": _Requirement(
        releases, "can't release the GIL", "whether it can release the GIL",
        "a run does: `gilext check` on its functions",
    ),
    "multi-phase": _Requirement(
        is_multi_phase, "is initialised in a single phase", "how it is initialised", _IMPORT
    ),
    "free-threading": _Requirement(
        _is_free_of_gil, "needs the GIL", "whether it needs the GIL",
        f"{_IMPORT}, on a free-threaded build",
    ),
    "subinterpreters": _Requirement(
        has_subinterpreters, "can't be imported by sub-interpreters with a GIL of their own",
        "whether sub-interpreters can import it", _IMPORT,
    ),
}  # fmt: skip

NO_ERRORS = "no-errors"
CHOICES = (*REQUIREMENTS, NO_ERRORS)


@dataclass(frozen=True, slots=True)
class Unmet:
    """A requirement that a module or a package doesn't meet, or isn't known to.

    Attributes
    ----------
    requirement : str
        ``"releases"``.
    package, module, path : str
        Whose it is, its full name and its file; both empty if it is about the package.
    is_known : bool
        Whether it is certain that it doesn't.
    message : str
        What is wrong, in one sentence; if it isn't certain, also what would tell.
    """

    requirement: str
    package: str
    module: str
    path: str
    is_known: bool
    message: str


def parse_requirements(text: str) -> tuple[str, ...]:
    """Return the requirements that a text lists, separated by commas.

    Raises
    ------
    ValueError
        If one of them isn't known, or there is none; the message lists those that are.
    """
    asked = tuple(dict.fromkeys(one.strip() for one in text.split(",") if one.strip()))
    wrong = [one for one in asked if one not in CHOICES]
    if wrong or not asked:
        said = f"{wrong[0]!r} can't be required" if wrong else "nothing is required"
        raise ValueError(f"{said}: choose from {', '.join(CHOICES)}")
    return asked


def unmet_of(packages: Iterable[PackageAudit], required: Sequence[str]) -> Iterator[Unmet]:
    """Return which modules don't meet a requirement, or aren't known to.

    Parameters
    ----------
    packages : iterable of PackageAudit
        What was audited.
    required : sequence of str
        Some of `CHOICES`.

    Yields
    ------
    Unmet
        In the order of the packages. What couldn't be read meets nothing; a library has nothing to
        meet.
    """
    for package in packages:
        for name in required:
            yield from _unmet_by_package(package, name)
        for module in package.modules:
            if module.is_module or module.error is not None:
                for name in required:
                    if name != NO_ERRORS:
                        yield from _unmet(package, module, name)


def _unmet_by_package(package: PackageAudit, name: str) -> Iterator[Unmet]:
    """Return the errors of a package if there should be none, and else that it wasn't all read."""
    for one in package.findings:
        if name == NO_ERRORS and one.severity is Severity.ERROR:
            yield Unmet(name, package.name, "", one.path or "", True, f"{one.code}: {one.message}")
        elif name != NO_ERRORS and one.code in _UNREAD:
            yield Unmet(name, package.name, "", one.path or "", False, f"{one.code}: {one.message}")


def _unmet(package: PackageAudit, module: ModuleAudit, name: str) -> Iterator[Unmet]:
    requirement = REQUIREMENTS[name]
    is_met = requirement.is_met(module)
    if is_met:
        return
    if is_met is None:
        message = f"{requirement.unknown} isn't known: {_reason(module) or requirement.how}"
    else:
        message = requirement.unmet
    yield Unmet(
        name,
        package.name,
        module.name,
        module.path,
        is_met is not None,
        f"{module.name}: {message}",
    )


def _reason(module: ModuleAudit) -> str | None:
    if module.error is not None:
        return f"the file couldn't be read: {module.error}"
    if module.declared is not None and module.declared.error is not None:
        return f"the import failed: {module.declared.error}"
    return None
