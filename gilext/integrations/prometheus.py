"""A monitor's reading as Prometheus metrics, through ``prometheus_client``."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import REGISTRY, CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from gilext.integrations.metrics import METRICS
from gilext.recording.monitor import Monitor


class GilCollector(Collector):
    """Reads a monitor whenever Prometheus asks.

    Counters, since the monitor began: ``gilext_gil_held_seconds_total``,
    ``gilext_gil_wait_seconds_total`` (thread-seconds), ``gilext_gil_pressure_seconds_total`` and
    ``gilext_observed_seconds_total``. The rates of the first three, each over the rate of the last,
    are the held fraction, the mean number of waiting threads and the pressure over any time.

    Gauges, over the monitor's window: ``gilext_gil_held_ratio``, ``gilext_gil_pressure_ratio``,
    ``gilext_gil_waiters``, each with its ``_error``; ``gilext_gil_longest_hold_seconds`` and
    ``gilext_gil_longest_wait_seconds``.

    What is unknown has no sample.
    """

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        """Return the metrics as they are now."""
        reading = self._monitor.read()
        for metric in METRICS:
            kind = CounterMetricFamily if metric.is_counter else GaugeMetricFamily
            family = kind(metric.prometheus, metric.description)
            value = metric.value_of(reading)
            if value is not None:
                family.add_metric([], value)
            yield family


def register(monitor: Monitor, registry: CollectorRegistry = REGISTRY) -> GilCollector:
    """Add a monitor's metrics to a registry; return the collector, to unregister it by.

    Raises
    ------
    ValueError
        If the registry already has metrics with these names.
    """
    collector = GilCollector(monitor)
    registry.register(collector)
    return collector
