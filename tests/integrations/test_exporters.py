"""The exporters, read by the parsers and readers of the systems themselves."""

import pytest

from gilext import hold_for, monitor, release_for
from gilext.core.environment import is_gil_enabled


@pytest.fixture
def running():
    with monitor(window=0.5) as started:
        hold_for(0.05)
        release_for(0.02)
        yield started


def test_prometheus_reads_the_metrics(running):
    pytest.importorskip("prometheus_client")
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.parser import text_string_to_metric_families

    from gilext.integrations.prometheus import register

    registry = CollectorRegistry(auto_describe=True)
    register(running, registry)
    text = generate_latest(registry).decode()

    values = {
        sample.name: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.name.endswith("_created")
    }
    assert set(values) == {
        "gilext_gil_held_ratio",
        "gilext_gil_longest_hold_seconds",
        "gilext_gil_held_seconds_total",
        "gilext_observed_seconds_total",
    }
    assert (values["gilext_gil_longest_hold_seconds"] > 0) is is_gil_enabled()
    assert (values["gilext_gil_held_ratio"] > 0) is is_gil_enabled()
    assert values["gilext_gil_held_seconds_total"] <= values["gilext_observed_seconds_total"]
    with pytest.raises(ValueError, match="Duplicated"):
        register(running, registry)


def test_prometheus_forgets_what_was_unregistered(running):
    pytest.importorskip("prometheus_client")
    from prometheus_client import CollectorRegistry, generate_latest

    from gilext.integrations.prometheus import register

    registry = CollectorRegistry()
    registry.unregister(register(running, registry))

    assert b"gilext" not in generate_latest(registry)


def test_opentelemetry_reads_the_instruments(running):
    pytest.importorskip("opentelemetry.sdk.metrics")
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader

    from gilext.integrations.opentelemetry import instrument

    reader = InMemoryMetricReader()
    provider = MeterProvider([reader])
    instrument(running, provider.get_meter("test"))
    data = reader.get_metrics_data()
    provider.shutdown()

    found = {
        metric.name: (metric.unit, metric.data.data_points[0].value)
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }
    assert {name: unit for name, (unit, _) in found.items()} == {
        "gilext.gil.utilization": "1",
        "gilext.gil.hold.longest": "s",
        "gilext.gil.held.time": "s",
    }
    assert all((value > 0) is is_gil_enabled() for _, value in found.values())
