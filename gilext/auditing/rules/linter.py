"""The linter of an audit: every rule, and what they find together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from gilext.auditing.results import Finding, PackageAudit, Severity
from gilext.auditing.rules import rules_modules, rules_packaging, rules_tags
from gilext.auditing.rules.codes import finding

Check = Callable[[PackageAudit], Iterator[Finding]]

_ORDER = {severity: index for index, severity in enumerate(Severity)}


def findings_of(audit: PackageAudit, found_before: Iterable[Finding] = ()) -> tuple[Finding, ...]:
    """Return what the rules have to say of a package, the worst first.

    Parameters
    ----------
    audit : PackageAudit
        The package, its own findings left out of account.
    found_before : iterable of Finding
        What reading it had to say: `Package.findings`.

    Returns
    -------
    tuple of Finding
    """
    found = set(found_before)
    for check in CHECKS:
        found.update(check(audit))
    return tuple(
        sorted(found, key=lambda one: (_ORDER[one.severity], one.code, one.path or "", one.message))
    )


def _unreadable(audit: PackageAudit) -> Iterator[Finding]:
    if audit.error is not None:
        yield finding("GX903", f"{audit.name} couldn't be read: {audit.error}.")
    for module in audit.modules:
        if module.error is not None:
            yield finding("GX901", f"{module.path} couldn't be read: {module.error}.", module.path)


def _failed_imports(audit: PackageAudit) -> Iterator[Finding]:
    for module in audit.modules:
        if module.declared is not None and module.declared.error:
            said = module.declared.error
            yield finding("GX904", f"{said[0].upper()}{said[1:]}.", module.path)


CHECKS: tuple[Check, ...] = (
    *rules_packaging.CHECKS,
    *rules_tags.CHECKS,
    *rules_modules.CHECKS,
    _unreadable,
    _failed_imports,
)
