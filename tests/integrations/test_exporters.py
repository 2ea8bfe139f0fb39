"""The exporters, read by the parsers and readers of the systems themselves."""

from dataclasses import fields, replace

import pytest

from gilext.integrations.metrics import METRICS
from gilext.recording.reading import MonitorReading

READING = MonitorReading(
    window_seconds=10.0,
    held_fraction=0.25,
    held_error=0.03,
    longest_hold_seconds=0.125,
    held_seconds_total=7.5,
    seconds_total=60.0,
    pressure=0.2,
    pressure_error=0.02,
    pressure_seconds_total=12.5,
    waiters=1.5,
    waiters_error=0.25,
    wait_seconds_total=21.5,
    longest_wait_seconds=0.1,
)
UNKNOWN = replace(
    READING,
    held_fraction=None,
    held_error=None,
    pressure=None,
    pressure_error=None,
    pressure_seconds_total=None,
    waiters=None,
    waiters_error=None,
    wait_seconds_total=None,
    longest_wait_seconds=None,
)


class MadeUpMonitor:
    def __init__(self, reading):
        self.reading = reading
        self.times_read = 0

    def read(self):
        self.times_read += 1
        return self.reading


def test_each_figure_of_a_reading_is_exported_but_the_window():
    assert {metric.field for metric in METRICS} == {
        field.name
        for field in fields(MonitorReading)
        if field.name not in ("window_seconds", "waits_unavailable_reason")
    }


def prometheus_values(reading):
    pytest.importorskip("prometheus_client")
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.parser import text_string_to_metric_families

    from gilext.integrations.prometheus import register

    registry = CollectorRegistry(auto_describe=True)
    register(MadeUpMonitor(reading), registry)
    text = generate_latest(registry).decode()
    return {
        sample.name: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


def test_prometheus_reads_each_figure_under_its_own_name():
    assert prometheus_values(READING) == {
        "gilext_gil_held_ratio": 0.25,
        "gilext_gil_held_ratio_error": 0.03,
        "gilext_gil_longest_hold_seconds": 0.125,
        "gilext_gil_held_seconds_total": 7.5,
        "gilext_observed_seconds_total": 60.0,
        "gilext_gil_pressure_ratio": 0.2,
        "gilext_gil_pressure_ratio_error": 0.02,
        "gilext_gil_pressure_seconds_total": 12.5,
        "gilext_gil_waiters": 1.5,
        "gilext_gil_waiters_error": 0.25,
        "gilext_gil_wait_seconds_total": 21.5,
        "gilext_gil_longest_wait_seconds": 0.1,
    }


def test_prometheus_gets_no_sample_of_what_is_unknown():
    assert set(prometheus_values(UNKNOWN)) == {
        "gilext_gil_longest_hold_seconds",
        "gilext_gil_held_seconds_total",
        "gilext_observed_seconds_total",
    }


def test_prometheus_forgets_what_was_unregistered_and_refuses_a_second():
    pytest.importorskip("prometheus_client")
    from prometheus_client import CollectorRegistry, generate_latest

    from gilext.integrations.prometheus import register

    registry = CollectorRegistry(auto_describe=True)
    collector = register(MadeUpMonitor(READING), registry)
    with pytest.raises(ValueError, match="Duplicated"):
        register(MadeUpMonitor(READING), registry)
    registry.unregister(collector)

    assert b"gilext" not in generate_latest(registry)


def opentelemetry_values(reading):
    return values_observed_of(MadeUpMonitor(reading))


def values_observed_of(monitor):
    pytest.importorskip("opentelemetry.sdk.metrics")
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader

    from gilext.integrations.opentelemetry import instrument

    reader = InMemoryMetricReader()
    provider = MeterProvider([reader])
    instrument(monitor, provider.get_meter("test"))
    data = reader.get_metrics_data()
    provider.shutdown()
    return {
        metric.name: (metric.unit, point.value)
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
        for point in metric.data.data_points
    }


def test_opentelemetry_reads_each_figure_under_its_own_name():
    assert opentelemetry_values(READING) == {
        "gilext.gil.utilization": ("1", 0.25),
        "gilext.gil.utilization.error": ("1", 0.03),
        "gilext.gil.hold.longest": ("s", 0.125),
        "gilext.gil.held.time": ("s", 7.5),
        "gilext.observed.time": ("s", 60.0),
        "gilext.gil.pressure.ratio": ("1", 0.2),
        "gilext.gil.pressure.error": ("1", 0.02),
        "gilext.gil.pressure.time": ("s", 12.5),
        "gilext.gil.waiters.mean": ("{thread}", 1.5),
        "gilext.gil.waiters.error": ("{thread}", 0.25),
        "gilext.gil.wait.time": ("s", 21.5),
        "gilext.gil.wait.longest": ("s", 0.1),
    }


def test_opentelemetry_gets_no_observation_of_what_is_unknown():
    assert set(opentelemetry_values(UNKNOWN)) == {
        "gilext.gil.hold.longest",
        "gilext.gil.held.time",
        "gilext.observed.time",
    }


def test_all_instruments_of_a_collection_share_a_reading(monkeypatch):
    pytest.importorskip("opentelemetry.sdk.metrics")
    from gilext.integrations import opentelemetry

    monkeypatch.setattr(opentelemetry._LastReading, "_MAX_AGE_SECONDS", 3600.0)
    monitor = MadeUpMonitor(READING)
    values_observed_of(monitor)

    assert monitor.times_read == 1


def test_each_collection_has_a_reading_of_its_own(monkeypatch):
    pytest.importorskip("opentelemetry.sdk.metrics")
    from gilext.integrations import opentelemetry

    monkeypatch.setattr(opentelemetry._LastReading, "_MAX_AGE_SECONDS", -1.0)
    monitor = MadeUpMonitor(READING)
    values_observed_of(monitor)

    assert monitor.times_read == len(METRICS)
