"""audit(): what compiled packages could do, what they declare, and what the rules say of that."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from gilext.auditing.audit_report import audit_report
from gilext.auditing.extra import check_audit_extra
from gilext.auditing.importing.environments import Interpreter, interpreter_of
from gilext.auditing.importing.sources import importing
from gilext.auditing.package_audit import Progress, audited_package
from gilext.auditing.results import PackageAudit
from gilext.auditing.static.capable import MARKS
from gilext.auditing.static.reader import BinaryReader
from gilext.auditing.tables.gil_table import GilTable
from gilext.auditing.targets.folders import packages_of_interpreter
from gilext.auditing.targets.installed import packages_of_environment
from gilext.auditing.targets.packages import Package
from gilext.auditing.targets.resolving import packages_of
from gilext.auditing.verdicts import Rank, verdict_of
from gilext.core.checks import check_seconds
from gilext.core.environment import Environment, info
from gilext.core.report import Report
from gilext.core.results import Result


@dataclass(frozen=True, slots=True)
class Audit(Result):
    """What compiled packages could do, what they declare, and what the rules say of that.

    Attributes
    ----------
    targets : tuple of str
        What was audited.
    packages : tuple of PackageAudit
        Each distribution, wheel or folder of it.
    imported : bool
        Whether its modules were imported.
    network_cut : bool or None
        Whether the kernel cut off from networks what imported them; None if nothing did.
    environment : Environment
        What ran the audit, and imported if there was no other interpreter.
    observed : GilTable or None
        What checks of some functions found, if they were asked for.
    """

    targets: tuple[str, ...]
    packages: tuple[PackageAudit, ...]
    imported: bool
    network_cut: bool | None
    environment: Environment
    observed: GilTable | None = None

    def report(self) -> Report:
        """Return what there is to say of each module and each package, the worst first."""
        return audit_report(self)


def audit(
    *targets: str | os.PathLike[str],
    imports: bool | None = None,
    seconds: float = 60.0,
    progress: Progress | None = None,
) -> Audit:
    """Tell what a compiled package could do with the GIL, what it declares, and what is wrong.

    Its compiled files are read, in a process of their own; nothing of them is run. Modules are then
    imported, in another process without a network, as only that tells what they declare: those
    that are installed, others if `imports` asks for it.

    Parameters
    ----------
    *targets : str or os.PathLike
        Each the name of an installed distribution, an import package or a module; or the path of a
        compiled file, of a wheel, or of a folder of these. What has a path separator or is a file
        is taken for a path.
    imports : bool, optional
        Whether to import its modules; by default, if they are installed.
    seconds : float
        How long importing one module may take.
    progress : callable, optional
        Called with a few words, each time something else is done.

    Returns
    -------
    Audit

    Raises
    ------
    UnknownTarget
        If there is nothing of a name, or nothing that can be audited.
    ImportError
        If what ``gilext[audit]`` installs is missing.
    """
    if not targets:
        raise TypeError("audit() needs a target")
    names = tuple(os.fspath(target) for target in targets)
    packages = chain.from_iterable(map(packages_of, targets))
    return _audited(names, packages, None, imports, seconds, progress)


def audit_environment(
    environment: str | os.PathLike[str] | None = None,
    *,
    imports: bool | None = None,
    seconds: float = 60.0,
    progress: Progress | None = None,
) -> Audit:
    """Audit every installed package that has compiled files; see `audit`.

    Parameters
    ----------
    environment : str or os.PathLike, optional
        The folder of an environment, or its interpreter; by default, the one that runs this. What
        imports the modules is that interpreter.
    imports, seconds, progress
        As `audit` has them.

    Returns
    -------
    Audit

    Raises
    ------
    UnusableEnvironment
        If there is no interpreter, or gilext can't run in it.
    ImportError
        If what ``gilext[audit]`` installs is missing.
    """
    if environment is None:
        return _audited((sys.prefix,), packages_of_environment(), None, imports, seconds, progress)
    interpreter = interpreter_of(os.fspath(environment))
    packages = packages_of_interpreter(interpreter)
    return _audited((os.fspath(environment),), packages, interpreter, imports, seconds, progress)


def _audited(
    targets: tuple[str, ...],
    packages: Iterable[Package],
    interpreter: Interpreter | None,
    imports: bool | None,
    seconds: float,
    progress: Progress | None,
) -> Audit:
    check_audit_extra()
    seconds = check_seconds("seconds", seconds, is_open=True)
    tell = progress or (lambda _: None)
    how = importing(imports, interpreter, seconds)
    with BinaryReader(MARKS) as reader:
        found = [audited_package(package, reader, how, tell) for package in packages]
    found.sort(key=_badness)
    declared = [
        module.declared
        for package in found
        for module in package.modules
        if module.declared is not None
    ]
    return Audit(
        targets=targets,
        packages=tuple(found),
        imported=bool(declared),
        network_cut=all(one.network_cut for one in declared) if declared else None,
        environment=info(),
    )


def _badness(package: PackageAudit) -> tuple[int, int, str]:
    """Return what puts the worst packages first."""
    ranks = [verdict_of(module).rank for module in package.modules if module.is_module]
    worst = min(ranks, default=Rank.FINE)
    return 0 if package.error is not None else worst, -ranks.count(worst), package.name.lower()
