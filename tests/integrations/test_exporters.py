"""The exporters, read by the parsers and readers of the systems themselves."""

from dataclasses import replace

import pytest

from gilext.recording.monitor import MonitorReading

READING = MonitorReading(
    window_seconds=10.0,
    held_fraction=0.25,
    held_error=0.03,
    longest_hold_seconds=0.125,
    held_seconds_total=7.5,
    seconds_total=60.0,
)
UNKNOWN = replace(READING, held_fraction=None, held_error=None)


class MadeUpMonitor:
    def __init__(self, reading):
        self.reading = reading

    def read(self):
        return self.reading


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
    }


def test_prometheus_gets_no_sample_of_what_is_unknown():
    values = prometheus_values(UNKNOWN)

    assert not {name for name in values if "ratio" in name}
    assert values["gilext_observed_seconds_total"] == 60.0


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
    pytest.importorskip("opentelemetry.sdk.metrics")
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader

    from gilext.integrations.opentelemetry import instrument

    reader = InMemoryMetricReader()
    provider = MeterProvider([reader])
    instrument(MadeUpMonitor(reading), provider.get_meter("test"))
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
    }


def test_opentelemetry_gets_no_observation_of_what_is_unknown():
    assert set(opentelemetry_values(UNKNOWN)) == {"gilext.gil.hold.longest", "gilext.gil.held.time"}
