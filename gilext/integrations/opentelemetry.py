"""A monitor's reading as OpenTelemetry metrics, through ``opentelemetry-api``."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from opentelemetry.metrics import CallbackOptions, Meter, Observation, get_meter

from gilext.core.version import __version__
from gilext.integrations.metrics import METRICS, Metric
from gilext.recording.monitor import Monitor
from gilext.recording.reading import MonitorReading

_Callback = Callable[[CallbackOptions], list[Observation]]


class _LastReading:
    """One reading for all instruments of a collection, which come one after the other."""

    _MAX_AGE_SECONDS = 0.05

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor
        self._last: tuple[float, MonitorReading] | None = None

    def get(self) -> MonitorReading:
        now = monotonic()
        last = self._last
        if last is None or now - last[0] > self._MAX_AGE_SECONDS:
            self._last = last = (now, self._monitor.read())
        return last[1]


def instrument(monitor: Monitor, meter: Meter | None = None) -> None:
    """Have a monitor observed whenever OpenTelemetry collects.

    Counters, since the monitor began, in seconds: ``gilext.gil.held.time``,
    ``gilext.gil.wait.time`` (of all threads together), ``gilext.gil.pressure.time`` and
    ``gilext.observed.time``.

    Gauges, over the monitor's window: ``gilext.gil.utilization`` (held time over time),
    ``gilext.gil.pressure.ratio`` and ``gilext.gil.waiters.mean``, each with its error;
    ``gilext.gil.hold.longest`` and ``gilext.gil.wait.longest`` in seconds.

    What is unknown isn't observed.

    Parameters
    ----------
    monitor : Monitor
        What to observe.
    meter : opentelemetry.metrics.Meter, optional
        Where; by default a meter named ``gilext`` of the program's provider.
    """
    meter = get_meter("gilext", __version__) if meter is None else meter
    readings = _LastReading(monitor)
    for metric in METRICS:
        create = (
            meter.create_observable_counter if metric.is_counter else meter.create_observable_gauge
        )
        create(
            metric.opentelemetry,
            [_observing(metric, readings)],
            unit=metric.unit,
            description=metric.description,
        )


def _observing(metric: Metric, readings: _LastReading) -> _Callback:
    def observe(_: CallbackOptions) -> list[Observation]:
        value = metric.value_of(readings.get())
        return [] if value is None else [Observation(value)]

    return observe
