"""Rules on what a package says of itself, against what its modules are."""

from __future__ import annotations

from collections.abc import Iterator

from gilext.auditing.evidence import needs_gil
from gilext.auditing.results import Finding, PackageAudit
from gilext.auditing.rules.codes import finding
from gilext.auditing.rules.rules_modules import named
from gilext.auditing.targets.tags import is_free_threaded, parsed

_CLASSIFIER = "Programming Language :: Python :: Free Threading"
_UNSTABLE = f"{_CLASSIFIER} :: 1 - Unstable"


def classifier_against_modules(audit: PackageAudit) -> Iterator[Finding]:
    """GX101 and GX102: said to support free threading, and switches the GIL on."""
    if audit.packaged is None:
        return
    found = [one.name for one in audit.modules if needs_gil(one)]
    claims = [one for one in _free_threading(audit) if one not in (_CLASSIFIER, _UNSTABLE)]
    if found and claims:
        yield finding(
            "GX101", f"The classifier is {claims[-1]!r}, but {named(found)} "
            f"{'needs' if len(found) == 1 else 'need'} the GIL.",
        )  # fmt: skip
    elif found and _is_for_free_threading(audit):
        yield finding(
            "GX102", f"The wheel is for free-threaded CPython, but {named(found)} "
            f"{'needs' if len(found) == 1 else 'need'} the GIL.",
        )  # fmt: skip


def has_no_classifier(audit: PackageAudit) -> Iterator[Finding]:
    """GX103: a wheel for free-threaded CPython says nothing about its support."""
    if audit.packaged is not None and _is_for_free_threading(audit) and not _free_threading(audit):
        yield finding(
            "GX103",
            f"The wheel is for free-threaded CPython, and has no classifier {_CLASSIFIER!r}.",
        )


def is_not_pure(audit: PackageAudit) -> Iterator[Finding]:
    """GX123: Root-Is-Purelib is true in a wheel for one platform, with modules at the root."""
    if audit.packaged is None or not audit.packaged.root_is_purelib or _is_for_any(audit):
        return
    found = [one.path for one in audit.modules if one.is_module and ".data/" not in one.path]
    if found:
        yield finding("GX123", f"WHEEL has Root-Is-Purelib: true, and there is {named(found)}.")


def binary_in_pure_wheel(audit: PackageAudit) -> Iterator[Finding]:
    """GX122: any platform may install it, and it holds code for one.

    A wheel with libraries for several systems means to hold them.
    """
    if not _is_for_any(audit):
        return
    forms = {one.capable.form for one in audit.modules if one.capable is not None}
    found = [one.path for one in audit.modules if one.capable is not None]
    if len(forms) == 1:
        yield finding(
            "GX122", f"The wheel is for any platform, and holds {named(found)}, which is "
            f"{forms.pop()}.",
        )  # fmt: skip


def _is_for_any(audit: PackageAudit) -> bool:
    tags = audit.packaged.tags if audit.packaged is not None else ()
    return any(tag.platform == "any" for tag in parsed(tags))


def _free_threading(audit: PackageAudit) -> list[str]:
    classifiers = audit.packaged.classifiers if audit.packaged is not None else ()
    return [one for one in classifiers if one.startswith(_CLASSIFIER)]


def _is_for_free_threading(audit: PackageAudit) -> bool:
    tags = audit.packaged.tags if audit.packaged is not None else ()
    return any(is_free_threaded(tag.abi) for tag in parsed(tags))


CHECKS = (
    classifier_against_modules,
    has_no_classifier,
    is_not_pure,
    binary_in_pure_wheel,
)
