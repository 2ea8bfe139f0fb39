"""What a measurement depends on: the interpreter, its GIL, and the cores it may use."""

from __future__ import annotations

import os
import platform
import sys
import sysconfig
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import gilext
from gilext.core.results import Result
from gilext.loops.catalogue import LOOPS


@dataclass(frozen=True, slots=True)
class Environment(Result):
    """What `info` found.

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
    cpu_count : int
        Logical processors of the machine.
    usable_cores : float
        How many of them this process may use, by its affinity and its container's limit.
    switch_interval_seconds : float
        ``sys.getswitchinterval()``.
    bindings : tuple of str
        The bindings that are built and can be imported here.
    """

    gilext_version: str
    implementation: str
    python_version: str
    compiler: str
    system: str
    free_threaded_build: bool
    gil_enabled: bool
    cpu_count: int
    usable_cores: float
    switch_interval_seconds: float
    bindings: tuple[str, ...]


def info() -> Environment:
    """Return what a measurement in this process depends on."""
    return Environment(
        gilext_version=gilext.__version__,
        implementation=platform.python_implementation(),
        python_version=platform.python_version(),
        compiler=platform.python_compiler(),
        system=f"{platform.system()} {platform.machine()}",
        free_threaded_build=is_free_threaded_build(),
        gil_enabled=is_gil_enabled(),
        cpu_count=os.cpu_count() or 1,
        usable_cores=usable_cores(),
        switch_interval_seconds=sys.getswitchinterval(),
        bindings=built_bindings(),
    )


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


def built_bindings() -> tuple[str, ...]:
    """Return the names of the bindings whose modules are at hand."""
    needs = {"cffi_api": "gilext._cffi_loops", "cffi_abi": "cffi"} | dict.fromkeys(
        ("ctypes_cdll", "ctypes_pydll"), "ctypes"
    )
    return tuple(
        binding.name
        for binding in LOOPS["spin"].bindings
        if binding.name not in needs or find_spec(needs[binding.name]) is not None
    )


def usable_cores() -> float:
    """Return how many cores this process may use: a fraction where a container limits it."""
    if hasattr(os, "sched_getaffinity"):
        allowed = len(os.sched_getaffinity(0))
    else:
        allowed = os.cpu_count() or 1
    quota = cpu_quota()
    return float(allowed) if quota is None else min(float(allowed), quota)


def cpu_quota(
    membership: Path = Path("/proc/self/cgroup"), root: Path = Path("/sys/fs/cgroup")
) -> float | None:
    """Return the CPU limit of this process's control group, in cores, or None for none.

    Read as the kernel's documentation of control groups has it: ``cpu.max`` in version 2,
    ``cpu.cfs_quota_us`` and ``cpu.cfs_period_us`` in version 1, the tightest from the process's
    group up to the root.
    """
    try:
        lines = membership.read_text(encoding="utf-8").splitlines()
    except OSError:
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
