"""A lab bench and a measuring instrument for CPython's global interpreter lock.

The names below are the public ones. Those of the C module are here at once; the others are
imported when they are first used, so that ``import gilext`` stays light.
"""

TYPE_CHECKING = False  # as type checkers know it; the typing module is half of our import time

try:
    from gilext._native import (
        Meeting,
        checksum_held,
        checksum_released,
        count_primes_held,
        count_primes_released,
        hold_for,
        is_immortal,
        refcount,
        release_for,
        spin_held,
        spin_interruptible,
        spin_released,
    )
except ModuleNotFoundError as error:
    if error.name != "gilext._native":
        raise
    raise ImportError(
        f"gilext's C extension is not built in {__path__[0]}: this is the source tree. Run "
        "`pip install .` there and import gilext from another folder, or run `pip install -e .`",
        name="gilext._native",
    ) from error

if TYPE_CHECKING:
    from typing import Any

    from gilext.checkup import Checkup, check
    from gilext.collection import TrialCollection, trial_collect
    from gilext.comparison import Comparison, compare
    from gilext.environment import Environment, info
    from gilext.leaks import LeakReport, check_leaks
    from gilext.loops import Binding, Loop, loop
    from gilext.monitoring import Monitor, MonitorReading, monitor
    from gilext.recording import Recording
    from gilext.refs import RefcountView, inspect_refs, watch_refs
    from gilext.watching import UnsupportedInterpreter, Watch, watch

__version__ = "0.1.0"

__all__ = [
    "Binding",
    "Checkup",
    "Comparison",
    "Environment",
    "LeakReport",
    "Loop",
    "Meeting",
    "Monitor",
    "MonitorReading",
    "Recording",
    "RefcountView",
    "TrialCollection",
    "UnsupportedInterpreter",
    "Watch",
    "check",
    "check_leaks",
    "checksum_held",
    "checksum_released",
    "compare",
    "count_primes_held",
    "count_primes_released",
    "hold_for",
    "info",
    "inspect_refs",
    "is_immortal",
    "loop",
    "monitor",
    "refcount",
    "release_for",
    "spin_held",
    "spin_interruptible",
    "spin_released",
    "trial_collect",
    "watch",
    "watch_refs",
]

_HOMES = {
    "Binding": "gilext.loops",
    "Checkup": "gilext.checkup",
    "Comparison": "gilext.comparison",
    "Environment": "gilext.environment",
    "LeakReport": "gilext.leaks",
    "Loop": "gilext.loops",
    "Monitor": "gilext.monitoring",
    "MonitorReading": "gilext.monitoring",
    "Recording": "gilext.recording",
    "RefcountView": "gilext.refs",
    "TrialCollection": "gilext.collection",
    "UnsupportedInterpreter": "gilext.watching",
    "Watch": "gilext.watching",
    "check": "gilext.checkup",
    "check_leaks": "gilext.leaks",
    "compare": "gilext.comparison",
    "info": "gilext.environment",
    "inspect_refs": "gilext.refs",
    "loop": "gilext.loops",
    "monitor": "gilext.monitoring",
    "trial_collect": "gilext.collection",
    "watch": "gilext.watching",
    "watch_refs": "gilext.refs",
}


def __getattr__(name: str) -> "Any":
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
