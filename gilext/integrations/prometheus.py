"""A monitor's reading as Prometheus metrics, through ``prometheus_client``."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import REGISTRY, CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from gilext.recording.monitor import Monitor


class GilCollector(Collector):
    """Reads a monitor whenever Prometheus asks.

    The metrics: ``gilext_gil_held_ratio`` with its error ``gilext_gil_held_ratio_error``, and
    ``gilext_gil_longest_hold_seconds``, over the monitor's window; ``gilext_gil_held_seconds_total`` and ``gilext_observed_seconds_total``,
    whose rates' ratio is the held fraction over any time.
    """

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        """Return the metrics as they are now."""
        reading = self._monitor.read()
        yield _gauge(
            "gilext_gil_held_ratio",
            "Time in which the GIL was held, over time, in the monitor's window.",
            reading.held_fraction,
        )
        yield _gauge(
            "gilext_gil_held_ratio_error",
            "Half of the 95 % confidence interval of gilext_gil_held_ratio.",
            reading.held_error,
        )
        yield _gauge(
            "gilext_gil_longest_hold_seconds",
            "The longest hold of the GIL in the monitor's window.",
            reading.longest_hold_seconds,
        )
        yield CounterMetricFamily(
            "gilext_gil_held_seconds",
            "Time in which the GIL was held, since the monitor began.",
            reading.held_seconds_total,
        )
        yield CounterMetricFamily(
            "gilext_observed_seconds",
            "Time since the monitor began.",
            reading.seconds_total,
        )


def _gauge(name: str, documentation: str, value: float | None) -> GaugeMetricFamily:
    """Return a gauge, without a sample if its value is unknown."""
    gauge = GaugeMetricFamily(name, documentation)
    if value is not None:
        gauge.add_metric([], value)
    return gauge


def register(monitor: Monitor, registry: CollectorRegistry = REGISTRY) -> GilCollector:
    """Add a monitor's metrics to a registry; return the collector, to unregister it by.

    Raises
    ------
    ValueError
        Where the registry has metrics of these names already.
    """
    collector = GilCollector(monitor)
    registry.register(collector)
    return collector
