"""What the functions of a library do with the GIL: each is checked in processes of its own."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory

from gilext.auditing.tables.cases import DEFAULT_SECONDS, Case, Cases, default_timeout
from gilext.auditing.tables.gil_rows import row_of
from gilext.auditing.tables.gil_table import GilTable, Package
from gilext.auditing.workers import run_worker
from gilext.checking.checkup import Checkup
from gilext.core.checks import check_count, check_seconds
from gilext.core.environment import Environment, info
from gilext.core.foreign_code import compiled_call
from gilext.core.reading import read

DEFAULT_CHECKS = 3
_MAX_CHECKS = 100
_WORKER = "gilext.auditing.tables.observe_worker"

Progress = Callable[[int, int, str], None]


def observe(
    call: str,
    setup: str = "",
    *,
    name: str | None = None,
    packages: Sequence[str] = (),
    seconds: float = DEFAULT_SECONDS,
    timeout: float | None = None,
    checks: int = DEFAULT_CHECKS,
    progress: Progress | None = None,
) -> GilTable:
    """Check one expression in processes of its own: a table of one row.

    Parameters
    ----------
    call : str
        The expression to evaluate again and again.
    setup : str
        The code to run once before.
    name : str, optional
        What the row is called, if not as the expression.
    packages : sequence of str
        The distributions whose versions the table names.
    seconds : float
        How long to keep calling in each check, as `gilext.check` takes it.
    timeout : float, optional
        After how many seconds a process is killed; by default 60 and eight times `seconds`.
    checks : int
        How many checks to make.
    progress : callable, optional
        See `observe_cases`.

    Raises
    ------
    TypeError, ValueError
        If an argument is wrong, or something is not Python code.
    """
    compiled_call(setup, call)
    seconds = check_seconds("seconds", seconds, is_open=True)
    if timeout is None:
        timeout = default_timeout(seconds)
    timeout = check_seconds("timeout", timeout, is_open=True)
    case = Case(name or " ".join(call.split()), call, setup, (), seconds, timeout)
    return observe_cases(Cases(tuple(packages), (case,)), checks=checks, progress=progress)


def observe_cases(
    cases: Cases, *, checks: int = DEFAULT_CHECKS, progress: Progress | None = None
) -> GilTable:
    """Check each case in processes of its own.

    A check that raises, crashes or hangs makes a row that says so. The checks of one case don't
    follow each other: all cases are checked once, then all again, so that a neighbour that is busy
    for a while doesn't spoil one of them.

    Parameters
    ----------
    cases : Cases
        What to call.
    checks : int
        How many checks to make of each.
    progress : callable, optional
        Called before each check with how many are done, how many there will be, and the case.

    Returns
    -------
    GilTable
    """
    checks = check_count("checks", checks, 1, _MAX_CHECKS)
    found = [_Found(case) for case in cases.cases]
    for done in range(checks * len(found)):
        one = found[done % len(found)]
        if one.error is None:
            if progress is not None:
                progress(done, checks * len(found), str(one.case))
            one.check()
    environments = [one.environment for one in found if one.environment is not None]
    return GilTable(
        packages=tuple(Package(name, _version_of(name)) for name in cases.packages),
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        environment=environments[0] if environments else info(),
        rows=tuple(row_of(one.case, one.checks, one.error) for one in found),
    )


class _Found:
    """What the checks of one case found so far."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.checks: list[Checkup] = []
        self.environment: Environment | None = None
        self.error: str | None = None

    def check(self) -> None:
        """Make one check, or note why there is none."""
        with TemporaryDirectory(prefix="gilext-observe-") as folder:
            job, found = Path(folder, "job"), Path(folder, "found")
            job.write_text(json.dumps(_job_of(self.case)), encoding="utf-8")
            end = run_worker(_WORKER, [str(job), str(found)], self.case.timeout)
            if not found.exists():
                self.error = f"it {end}"
                return
            said = json.loads(found.read_text(encoding="utf-8"))
        self.error = said.get("error")
        if self.error is None:
            self.checks.append(read(Checkup, said["checkup"]))
            self.environment = read(Environment, said["environment"])


def _job_of(case: Case) -> dict[str, object]:
    return {
        "setup": case.setup,
        "call": case.call,
        "parameters": dict(case.parameters),
        "seconds": case.seconds,
    }


def _version_of(name: str) -> str | None:
    try:
        return version(name)
    except (PackageNotFoundError, ValueError):
        return None
