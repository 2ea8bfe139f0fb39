"""A monitor's reading as OpenTelemetry metrics, through ``opentelemetry-api``."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from opentelemetry.metrics import CallbackOptions, Meter, Observation, get_meter

from gilext.core.version import __version__
from gilext.recording.monitor import Monitor, MonitorReading

_Callback = Callable[[CallbackOptions], Iterable[Observation]]


def instrument(monitor: Monitor, meter: Meter | None = None) -> None:
    """Have a monitor observed whenever OpenTelemetry collects.

    The instruments: the gauges ``gilext.gil.utilization`` (held time over time) and
    ``gilext.gil.hold.longest`` (seconds), over the monitor's window; the counter
    ``gilext.gil.held.time`` (seconds), since the monitor began.

    Parameters
    ----------
    monitor : Monitor
        What to observe.
    meter : opentelemetry.metrics.Meter, optional
        Where; by default a meter named ``gilext`` of the program's provider.
    """
    meter = get_meter("gilext", __version__) if meter is None else meter

    def observing(value_of: Callable[[MonitorReading], float | None]) -> list[_Callback]:
        def observe(_: object) -> list[Observation]:
            value = value_of(monitor.read())
            return [] if value is None else [Observation(value)]

        return [observe]

    meter.create_observable_gauge(
        "gilext.gil.utilization",
        observing(lambda reading: reading.held_fraction),
        unit="1",
        description="Time in which the GIL was held, over time, in the monitor's window.",
    )
    meter.create_observable_gauge(
        "gilext.gil.utilization.error",
        observing(lambda reading: reading.held_error),
        unit="1",
        description="Half of the 95 % confidence interval of gilext.gil.utilization.",
    )
    meter.create_observable_gauge(
        "gilext.gil.hold.longest",
        observing(lambda reading: reading.longest_hold_seconds),
        unit="s",
        description="The longest hold of the GIL in the monitor's window.",
    )
    meter.create_observable_counter(
        "gilext.gil.held.time",
        observing(lambda reading: reading.held_seconds_total),
        unit="s",
        description="Time in which the GIL was held, since the monitor began.",
    )
