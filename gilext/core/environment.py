"""What a measurement depends on: the interpreter, its GIL, and the cores it may use."""

from __future__ import annotations

import os
import platform
import sys
import sysconfig
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

from gilext.core.gil_origin import asked_by, modules_that_need_gil
from gilext.core.report import Report, facts
from gilext.core.results import Result
from gilext.core.version import __version__

_MAX_LISTED = 3


@dataclass(frozen=True, slots=True)
class Environment(Result):
    """What a measurement depends on; each result has its own.

    Attributes
    ----------
    gilext_version : str
        This package's version.
    implementation, python_version, compiler, system : str
        The interpreter, what compiled it, and what it runs on.
    free_threaded_build : bool
        Whether the interpreter was built without a GIL.
    gil_enabled : bool
        Whether this process has one all the same: always, but on a free-threaded build.
    cpu_count : int or None
        Logical processors of the machine; None when the system doesn't tell.
    usable_cores : float or None
        How many of them this process may use, by its affinity and its container's limit; None
        when either can't be read.
    cores_unknown_reason : str or None
        Why `usable_cores` is unknown; None when it is known.
    switch_interval_seconds : float
        ``sys.getswitchinterval()``.
    gil_asked_by : str or None
        What asked for the GIL of a free-threaded build: ``PYTHON_GIL=1`` or ``-X gil=1``.
    gil_modules : tuple of str or None
        If it came back unasked, the loaded extension modules that need it: each would have brought
        it back. They are in the order in which their imports ended. Empty if none of them explains it; None if
        it didn't come back, or if that isn't known.
    """

    gilext_version: str
    implementation: str
    python_version: str
    compiler: str
    system: str
    free_threaded_build: bool
    gil_enabled: bool
    cpu_count: int | None
    usable_cores: float | None
    cores_unknown_reason: str | None
    switch_interval_seconds: float
    gil_asked_by: str | None = field(default=None, kw_only=True)
    gil_modules: tuple[str, ...] | None = field(default=None, kw_only=True)

    def report(self) -> Report:
        """Return a list of what was found."""
        return Report(
            body=(
                facts(
                    ("gilext", self.gilext_version),
                    ("interpreter", f"{self.implementation} {self.python_version}"),
                    ("compiled by", self.compiler),
                    ("system", self.system),
                    ("GIL", gil_state(self)),
                    ("switch interval", f"{self.switch_interval_seconds * 1e3:g} ms"),
                    ("usable cores", cores(self)),
                ),
            ),
            notes=gil_notes(self.gil_modules) + unknown_cores(self),
        )


def info() -> Environment:
    """Return what a measurement in this process depends on."""
    usable, reason = usable_cores()
    has_it_back = is_free_threaded_build() and is_gil_enabled()
    return Environment(
        gilext_version=__version__,
        implementation=platform.python_implementation(),
        python_version=platform.python_version(),
        compiler=platform.python_compiler(),
        system=f"{platform.system()} {platform.machine()}",
        free_threaded_build=is_free_threaded_build(),
        gil_enabled=is_gil_enabled(),
        cpu_count=os.cpu_count(),
        usable_cores=usable,
        cores_unknown_reason=reason,
        switch_interval_seconds=sys.getswitchinterval(),
        gil_asked_by=asked_by() if has_it_back else None,
        gil_modules=modules_behind_gil(),
    )


def environment_line(environment: Environment) -> str:
    """Return what a measurement ran on, in one line."""
    return (
        f"{environment.implementation} {environment.python_version}, {gil_state(environment)}, "
        f"{cores(environment)} cores usable"
    )


def gil_state(environment: Environment) -> str:
    """Return whether there is a GIL, in words."""
    if not environment.free_threaded_build:
        return "with a GIL"
    if not environment.gil_enabled:
        return "free-threaded, no GIL"
    state = "free-threaded build, GIL switched on"
    if environment.gil_asked_by is not None:
        return f"{state} by {environment.gil_asked_by}"
    if not environment.gil_modules:
        return state
    first, *others = environment.gil_modules
    return f"{state} for {first}" + (f" and {len(others)} more" if others else "")


def modules_behind_gil() -> tuple[str, ...] | None:
    """Return the modules for which a free-threaded build has a GIL that nobody asked for.

    None if there is no such GIL; empty if no loaded module explains it.
    """
    is_unasked = is_free_threaded_build() and is_gil_enabled() and asked_by() is None
    return modules_that_need_gil() if is_unasked else None


def gil_notes(modules: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return for which modules a free-threaded build has a GIL, in a sentence."""
    if modules is None:
        return ()
    if not modules:
        return ("Why the GIL is on isn't known: no module that is loaded explains it.",)
    names = _listed(modules)
    package = modules[0].partition(".")[0]
    return (
        "The GIL is on because what was imported doesn't declare Py_MOD_GIL_NOT_USED: "
        f"{names}. `gilext info --imports {package}` shows who imports it.",
    )


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:_MAX_LISTED])
    rest = len(names) - _MAX_LISTED
    return f"{shown} and {rest} more" if rest > 0 else shown


def cores(environment: Environment) -> str:
    """Return how many cores may be used, and of how many: ``1.5 of 8``."""
    usable, count = environment.usable_cores, environment.cpu_count
    known = "an unknown number" if usable is None else f"{usable:g}"
    return known if count is None else f"{known} of {count}"


def unknown_cores(environment: Environment) -> tuple[str, ...]:
    """Return why the usable cores are unknown, in a sentence, if they are."""
    reason = environment.cores_unknown_reason
    return () if reason is None else (f"How many cores may be used is unknown: {reason}.",)


def is_free_threaded_build() -> bool:
    """Return whether the interpreter was built without a GIL."""
    return bool(sysconfig.get_config_var("Py_GIL_DISABLED"))


def is_gil_enabled() -> bool:
    """Return whether this process has a GIL now.

    A free-threaded build has one when started with ``PYTHON_GIL=1``, or after importing an
    extension that asks for it.
    """
    ask = getattr(sys, "_is_gil_enabled", None)
    return ask is None or bool(ask())


def usable_cores() -> tuple[float | None, str | None]:
    """Return how many cores this process may use, or None and why that is unknown.

    It is a fraction when a container limits it so.
    """
    try:
        allowed = _allowed_cores()
        quota = cpu_quota()
    except OSError as error:
        unread = error.filename or "the CPU affinity"
        return None, f"reading {unread} failed ({error.strerror or error})"
    if allowed is None:
        return None, "the system doesn't tell"
    return min(float(allowed), inf if quota is None else quota), None


def _allowed_cores() -> int | None:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count()


def cpu_quota(
    membership: Path = Path("/proc/self/cgroup"), root: Path = Path("/sys/fs/cgroup")
) -> float | None:
    """Return the CPU limit of this process's control group, in cores, or None for none.

    Read as the kernel's documentation of control groups has it: ``cpu.max`` in version 2,
    ``cpu.cfs_quota_us`` and ``cpu.cfs_period_us`` in version 1, the tightest from the process's
    group up to the root.

    Raises
    ------
    OSError
        On Linux, when the kernel doesn't say in which group the process is.
    """
    try:
        # A group's name may be any bytes.
        lines = membership.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        if sys.platform == "linux":
            raise
        return None
    limits = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            limits += _limits_upwards(root, path)
        elif "cpu" in controllers.split(","):
            limits += _limits_upwards(root / controllers, path) + _limits_upwards(
                root / "cpu", path
            )
    return min(limits, default=None)


def _limits_upwards(mount: Path, path: str) -> list[float]:
    group = mount / path.lstrip("/")
    limits = (
        _limit_of(folder) for folder in (group, *group.parents) if folder.is_relative_to(mount)
    )
    return [limit for limit in limits if limit is not None]


def _limit_of(group: Path) -> float | None:
    try:
        if (group / "cpu.max").exists():
            quota, period = (group / "cpu.max").read_text(encoding="utf-8").split()
        else:
            quota = (group / "cpu.cfs_quota_us").read_text(encoding="utf-8")
            period = (group / "cpu.cfs_period_us").read_text(encoding="utf-8")
        return int(quota) / int(period) if int(quota) > 0 else None
    except (OSError, ValueError):
        return None
