"""Plugins that keep a monitor of the GIL in each process of a dask cluster."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from distributed import SchedulerPlugin, WorkerPlugin

from gilext.recording.monitor import DEFAULT_INTERVAL, DEFAULT_WINDOW, Monitor, monitor

if TYPE_CHECKING:
    from gilext.integrations.prometheus import GilCollector

METRIC = "gilext"


class _OfProcess:
    """The monitor of this process: all workers and the scheduler in it share one GIL."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._monitor: Monitor | None = None
        self._collector: GilCollector | None = None

    def take(self, window: float, interval: float) -> Monitor:
        """Return it, and start it for its first user."""
        with self._lock:
            if self._monitor is None:
                self._monitor = monitor(window, interval)
                self._collector = _registered(self._monitor)
            self._users += 1
            return self._monitor

    def give_back(self) -> None:
        """Stop it after its last user."""
        with self._lock:
            self._users -= 1
            if self._users == 0 and self._monitor is not None:
                self._monitor.stop()
                self._monitor = None
                if self._collector is not None:
                    _unregister(self._collector)
                    self._collector = None


_of_process = _OfProcess()


def _registered(started: Monitor) -> GilCollector | None:
    """Add a monitor to what distributed serves to Prometheus; None if it serves nothing.

    Metrics of these names may be there already: then the program has a monitor of its own, whose
    figures they are.
    """
    try:
        from gilext.integrations.prometheus import register
    except ModuleNotFoundError:
        return None
    with suppress(ValueError):
        return register(started)
    return None


def _unregister(collector: GilCollector) -> None:
    from prometheus_client import REGISTRY

    REGISTRY.unregister(collector)


class GilMonitor(WorkerPlugin):
    """Keeps a `gilext.monitor` on each worker: ``client.register_plugin(GilMonitor())``.

    What it reads is ``gilext`` in the worker's metrics, with the fields of `MonitorReading`:
    ``client.scheduler_info()["workers"][address]["metrics"]["gilext"]``. If ``prometheus_client``
    is installed, the worker's ``/metrics`` have it too, named as `GilCollector` has them. Workers
    that share a process share a monitor, with the settings of the first.

    Parameters
    ----------
    window, interval : float
        As `gilext.monitor` has them.
    """

    name = "gilext"

    def __init__(self, window: float = DEFAULT_WINDOW, interval: float = DEFAULT_INTERVAL) -> None:
        self._window = window
        self._interval = interval
        self._is_monitoring = False

    def setup(self, worker: Any) -> None:
        """Begin."""
        started = _of_process.take(self._window, self._interval)
        self._is_monitoring = True
        worker.metrics[METRIC] = lambda _: started.read().to_dict()

    def teardown(self, worker: Any) -> None:
        """Stop."""
        if self._is_monitoring:
            self._is_monitoring = False
            worker.metrics.pop(METRIC, None)
            _of_process.give_back()


class SchedulerGilMonitor(SchedulerPlugin):
    """Keeps a `gilext.monitor` on the scheduler: ``client.register_plugin(SchedulerGilMonitor())``.

    What it reads is in the scheduler's ``/metrics``, if ``prometheus_client`` is installed. It goes
    on until the scheduler closes, as dask tells no plugin of it that it was taken away.

    Parameters
    ----------
    window, interval : float
        As `gilext.monitor` has them.
    """

    name = "gilext"
    idempotent = True

    def __init__(self, window: float = DEFAULT_WINDOW, interval: float = DEFAULT_INTERVAL) -> None:
        self._window = window
        self._interval = interval
        self._monitor: Monitor | None = None

    async def start(self, scheduler: Any) -> None:
        """Begin."""
        self._monitor = _of_process.take(self._window, self._interval)

    async def close(self) -> None:
        """Stop."""
        if self._monitor is not None:
            self._monitor = None
            _of_process.give_back()
