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

    from gilext.checking.checkup import Checkup, check
    from gilext.comparison.comparing import Comparison, compare
    from gilext.core.environment import Environment, info
    from gilext.loops.catalogue import Binding, Loop, loop
    from gilext.recording.monitor import Monitor, MonitorReading, monitor
    from gilext.recording.results import Recording
    from gilext.recording.watch import UnsupportedInterpreter, Watch, watch
    from gilext.references.counts import RefcountView, inspect_refs, watch_refs
    from gilext.references.leaks import LeakReport, check_leaks
    from gilext.references.trial import TrialCollection, trial_collect

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
    "Binding": "gilext.loops.catalogue",
    "Checkup": "gilext.checking.checkup",
    "Comparison": "gilext.comparison.comparing",
    "Environment": "gilext.core.environment",
    "LeakReport": "gilext.references.leaks",
    "Loop": "gilext.loops.catalogue",
    "Monitor": "gilext.recording.monitor",
    "MonitorReading": "gilext.recording.monitor",
    "Recording": "gilext.recording.results",
    "RefcountView": "gilext.references.counts",
    "TrialCollection": "gilext.references.trial",
    "UnsupportedInterpreter": "gilext.recording.watch",
    "Watch": "gilext.recording.watch",
    "check": "gilext.checking.checkup",
    "check_leaks": "gilext.references.leaks",
    "compare": "gilext.comparison.comparing",
    "info": "gilext.core.environment",
    "inspect_refs": "gilext.references.counts",
    "loop": "gilext.loops.catalogue",
    "monitor": "gilext.recording.monitor",
    "trial_collect": "gilext.references.trial",
    "watch": "gilext.recording.watch",
    "watch_refs": "gilext.references.counts",
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
