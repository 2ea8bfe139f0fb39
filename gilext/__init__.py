"""A lab bench and a measuring instrument for CPython's global interpreter lock.

The public names are the keys of ``_HOMES`` below. Each is imported when it is first used, so that
``import gilext`` loads the C module and nothing heavy. This module imports from the whole package,
and no module of the package imports from it.
"""

from gilext.core.lazy import lazy_attribute
from gilext.core.saving import set_writer
from gilext.core.version import __version__ as __version__

TYPE_CHECKING = False  # as type checkers know it; the typing module is half of our import time

try:
    import gilext._native  # noqa: F401
except ModuleNotFoundError as error:
    if error.name != "gilext._native":
        raise
    raise ImportError(
        f"gilext's C extension is not built in {__path__[0]}: this is the source tree. Run "
        "`pip install .` there and import gilext from another folder, or run `pip install -e .`",
        name="gilext._native",
    ) from error

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from gilext._native import Meeting as Meeting
    from gilext._native import checksum_held as checksum_held
    from gilext._native import checksum_released as checksum_released
    from gilext._native import count_primes_held as count_primes_held
    from gilext._native import count_primes_released as count_primes_released
    from gilext._native import hold_for as hold_for
    from gilext._native import is_immortal as is_immortal
    from gilext._native import refcount as refcount
    from gilext._native import release_for as release_for
    from gilext._native import spin_held as spin_held
    from gilext._native import spin_interruptible as spin_interruptible
    from gilext._native import spin_released as spin_released
    from gilext.auditing.audit import Audit as Audit
    from gilext.auditing.audit import audit as audit
    from gilext.checking.checkup import Checkup as Checkup
    from gilext.checking.checkup import check as check
    from gilext.comparison.comparing import Comparison as Comparison
    from gilext.comparison.comparing import compare as compare
    from gilext.core.environment import Environment as Environment
    from gilext.core.errors import UnsupportedInterpreter as UnsupportedInterpreter
    from gilext.loops.catalogue import Binding as Binding
    from gilext.loops.catalogue import Loop as Loop
    from gilext.loops.catalogue import loop as loop
    from gilext.loops.installation import info as info
    from gilext.recording.attach import attach as attach
    from gilext.recording.dump import dump as dump
    from gilext.recording.loading import load_recording as load_recording
    from gilext.recording.monitor import Monitor as Monitor
    from gilext.recording.monitor import monitor as monitor
    from gilext.recording.reading import MonitorReading as MonitorReading
    from gilext.recording.results import Recording as Recording
    from gilext.recording.thread_states import Dump as Dump
    from gilext.recording.watch import Watch as Watch
    from gilext.recording.watch import watch as watch
    from gilext.recording.watchdog import MonitorStall as MonitorStall
    from gilext.references.counts import RefcountView as RefcountView
    from gilext.references.counts import inspect_refs as inspect_refs
    from gilext.references.counts import watch_refs as watch_refs
    from gilext.references.leak_report import LeakReport as LeakReport
    from gilext.references.leaks import check_leaks as check_leaks
    from gilext.references.trial import TrialCollection as TrialCollection
    from gilext.references.trial import trial_collect as trial_collect

_HOMES = {
    "Audit": "auditing.audit",
    "Binding": "loops.catalogue",
    "Checkup": "checking.checkup",
    "Comparison": "comparison.comparing",
    "Dump": "recording.thread_states",
    "Environment": "core.environment",
    "LeakReport": "references.leak_report",
    "Loop": "loops.catalogue",
    "Meeting": "_native",
    "Monitor": "recording.monitor",
    "MonitorReading": "recording.reading",
    "MonitorStall": "recording.watchdog",
    "Recording": "recording.results",
    "RefcountView": "references.counts",
    "TrialCollection": "references.trial",
    "UnsupportedInterpreter": "core.errors",
    "Watch": "recording.watch",
    "attach": "recording.attach",
    "audit": "auditing.audit",
    "check": "checking.checkup",
    "check_leaks": "references.leaks",
    "checksum_held": "_native",
    "checksum_released": "_native",
    "compare": "comparison.comparing",
    "count_primes_held": "_native",
    "count_primes_released": "_native",
    "dump": "recording.dump",
    "hold_for": "_native",
    "info": "loops.installation",
    "inspect_refs": "references.counts",
    "is_immortal": "_native",
    "load_recording": "recording.loading",
    "loop": "loops.catalogue",
    "monitor": "recording.monitor",
    "refcount": "_native",
    "release_for": "_native",
    "spin_held": "_native",
    "spin_interruptible": "_native",
    "spin_released": "_native",
    "trial_collect": "references.trial",
    "watch": "recording.watch",
    "watch_refs": "references.counts",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> "Any":
    return lazy_attribute(globals(), _HOMES, name)


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))


def load_ipython_extension(ipython: "Any") -> None:
    """Add the magics ``%gil``, ``%%gil`` and ``%gil_leaks``: ``%load_ext gilext``."""
    from gilext.integrations.ipython import load

    load(ipython)


def unload_ipython_extension(ipython: "Any") -> None:
    """Take them away: ``%unload_ext gilext``."""
    from gilext.integrations.ipython import unload

    unload(ipython)


def _save(result: "Any", path: "Path") -> None:
    from gilext.render import files

    files.save(result, path)


set_writer(_save)
