"""What an audit says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from gilext.auditing.evidence import has_subinterpreters, needs_gil, releases
from gilext.auditing.importing.declared import way_from_package
from gilext.auditing.results import Capable, Finding, ModuleAudit, PackageAudit
from gilext.auditing.verdicts import Rank, verdict_of
from gilext.core.environment import environment_line
from gilext.core.report import Cell, Column, Report, Table, counted

if TYPE_CHECKING:
    from gilext.auditing.audit import Audit

MAX_FINDINGS = 4  # of a rule
CANT_RELEASE = (
    "A module that never refers to PyEval_SaveThread can't release the GIL itself; what calls it may "
    "have done so, as numpy does for ufuncs. One that refers to it can, somewhere: `gilext check` "
    "measures which of its functions do."
)
INTERPRETERS = (
    "Sub-interpreters that have a GIL of their own can load a module if it is initialised in "
    "several phases and declares Py_MOD_PER_INTERPRETER_GIL_SUPPORTED."
)
NOT_IMPORTED = (
    "Nothing was imported, so what the modules declare isn't known: --import imports them in "
    "another process."
)
NOT_TOLD_HERE = (
    "Whether {modules} can't be told from this build, which has one: many sources "
    "declare it only in what they compile for one. Audit them with a free-threaded interpreter."
)
CUT_OFF = "The modules were imported in another process, which the kernel cut off from networks."
REFUSED = (
    "The modules were imported in another process, in which Python code was refused the network. "
    "This kernel doesn't let it be cut off, so C code wasn't."
)


def audit_report(audit: Audit) -> Report:
    """Return what there is to say of each module and each package, the worst first."""
    if len(audit.packages) == 1:
        title, body = _title_of(audit.packages[0]), _of_one(audit.packages[0])
    else:
        title, body = _title_of_all(audit), _of_many(audit.packages)
    observed = None if audit.observed is None else audit.observed.report()
    return Report(
        title=title,
        place=environment_line(audit.environment) if audit.imported or observed else "",
        body=(*body, *(observed.body if observed else ())),
        notes=(*_notes(audit), *(observed.notes if observed else ())),
    )


# -- one package ----------------------------------------------------------------------------


def summary_of(package: PackageAudit) -> str:
    """Return what a package's modules come to, in one sentence without its name."""
    if package.error is not None:
        return f"can't be read: {package.error}"
    modules = _modules(package)
    said = ", ".join(_counts(package))
    if package.findings:
        said = ", ".join(filter(None, (said, counted(len(package.findings), "finding"))))
    if not modules:
        return f"no extension modules, {said}" if said else "no extension modules"
    nothing = f"nothing found against {'it' if len(modules) == 1 else 'them'}"
    return f"{counted(len(modules), 'extension module')}, {said or nothing}"


def _counts(package: PackageAudit) -> Iterator[str]:
    modules = _modules(package)
    unreadable = sum(one.error is not None for one in package.modules)
    failed = sum(one.declared is not None and one.declared.error is not None for one in modules)
    back = sum(needs_gil(one) is True for one in modules)
    held = sum(releases(one) is False for one in modules)
    if unreadable:
        yield f"{unreadable} can't be read"
    if failed:
        yield f"{failed} can't be imported"
    if back:
        yield f"{back} {'brings' if back == 1 else 'bring'} the GIL back"
    if held:
        what = "it" if back else "the GIL"
        yield f"{held} never {'releases' if held == 1 else 'release'} {what}"


def _title_of(package: PackageAudit) -> str:
    return f"{_name(package)}: {summary_of(package)}"


def _name(package: PackageAudit) -> str:
    if package.packaged is None or package.name.endswith(".whl"):
        return package.name
    return f"{package.name} {package.packaged.version}"


def _modules(package: PackageAudit) -> list[ModuleAudit]:
    return [one for one in package.modules if one.is_module]


def _of_one(package: PackageAudit) -> Iterator[Table | str]:
    if package.modules:
        columns = (
            Column("module", is_text=True),
            Column("verdict", is_text=True),
            Column("binding", is_text=True),
            Column("built for", is_text=True),
        )
        rows = [_row(one) for one in package.modules]
        strong = [index for index, one in enumerate(package.modules) if _is_bad(one)]
        yield Table(columns, tuple(rows), strong=frozenset(strong))
    if package.findings:
        yield _findings(package.findings)


def _row(module: ModuleAudit) -> tuple[Cell, ...]:
    capable = module.capable
    made_with = ", ".join(capable.bindings) if capable is not None and module.is_module else "-"
    return module.name, verdict_of(module).words, made_with, _built_for(capable)


def _built_for(capable: Capable | None) -> str:
    return "-" if capable is None or capable.built_for is None else capable.built_for


def _is_bad(module: ModuleAudit) -> bool:
    return verdict_of(module).rank <= Rank.NEEDS_GIL


def _findings(findings: Sequence[Finding]) -> Table:
    """Return a row for each finding, but for those of a rule that has found much."""
    rows = []
    for code, found in groupby(findings, key=lambda one: one.code):
        said = [one.message for one in found]
        shown = said if len(said) <= MAX_FINDINGS else said[: MAX_FINDINGS - 1]
        rows += [(code, message) for message in shown]
        if more := len(said) - len(shown):
            rows.append((code, f"{more} more like these, which --json lists"))
    return Table((Column("code", is_text=True), Column("finding", is_text=True)), tuple(rows))


# -- several, or an environment -------------------------------------------------------------


def _title_of_all(audit: Audit) -> str:
    modules = [module for package in audit.packages for module in _modules(package)]
    if not modules:
        return f"{', '.join(audit.targets)}: no extension modules"
    packages = sum(bool(_modules(package)) for package in audit.packages)
    of_all = f"{counted(len(modules), 'extension module')} of {counted(packages, 'package')}"
    back = sum(needs_gil(module) is True for module in modules)
    unknown = sum(needs_gil(module) is None for module in modules)
    said = f"{back} {'brings' if back == 1 else 'bring'} the GIL back"
    if unknown:
        said += f", and of {unknown} it isn't known"
    return f"{', '.join(audit.targets)}: {of_all}; {said}"


def _of_many(packages: Sequence[PackageAudit]) -> Iterator[Table | str]:
    culprits = [one for package in packages for one in _modules(package) if needs_gil(one) is True]
    if culprits:
        yield Table(
            (Column("brings the GIL back", is_text=True), Column("imported through", is_text=True)),
            tuple((one.name, _chain(one)) for one in culprits),
        )
    if packages:
        yield Table(
            (Column("package", is_text=True), Column("modules"), Column("in short", is_text=True)),
            tuple(
                (_name(package), len(_modules(package)), _in_short(package)) for package in packages
            ),
        )


def _in_short(package: PackageAudit) -> str:
    if package.error is not None or not _modules(package):
        return summary_of(package)
    said = [*_counts(package)]
    if package.findings:
        said.append(", ".join(sorted({one.code for one in package.findings})))
    return ", ".join(said) or "nothing against them"


def _chain(module: ModuleAudit) -> str:
    declared = module.declared
    if declared is None or declared.error is not None:
        return "-"
    way = way_from_package(declared.chain)
    if way is None:
        return f"not by importing {module.name.partition('.')[0]}"
    chain = " → ".join(way[:-1]) or "-"
    return f"{chain} ({declared.importer})" if declared.importer else chain


def _notes(audit: Audit) -> Iterator[str]:
    modules = [module for package in audit.packages for module in _modules(package)]
    if any(releases(module) is not None for module in modules):
        yield CANT_RELEASE
    if any(has_subinterpreters(module) is not None for module in modules):
        yield INTERPRETERS
    if modules and not audit.imported:
        yield NOT_IMPORTED
    if audit.imported and modules:
        yield from _of_unknown(modules)
        yield CUT_OFF if audit.network_cut else REFUSED


def _of_unknown(modules: Sequence[ModuleAudit]) -> Iterator[str]:
    unknown = sum(needs_gil(module) is None and _was_imported(module) for module in modules)
    if unknown == len(modules):
        yield NOT_TOLD_HERE.format(modules="they need the GIL")
    elif unknown:
        needs = "needs" if unknown == 1 else "need"
        yield NOT_TOLD_HERE.format(modules=f"{unknown} of them {needs} the GIL")


def _was_imported(module: ModuleAudit) -> bool:
    return module.declared is not None and module.declared.error is None
