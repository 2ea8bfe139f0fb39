"""What a monitor's reading is called, and in which unit, by Prometheus and by OpenTelemetry."""

from __future__ import annotations

from dataclasses import dataclass

from gilext.recording.reading import MonitorReading


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of a reading.

    Attributes
    ----------
    field : str
        What `MonitorReading` calls it.
    prometheus, opentelemetry : str
        What those call it; a name of a counter is without the ``_total`` that Prometheus appends.
    unit : str
        As OpenTelemetry writes it: ``s``, ``1`` for a ratio, ``{thread}``.
    description : str
        What it is, in a sentence.
    """

    field: str
    prometheus: str
    opentelemetry: str
    unit: str
    description: str

    @property
    def is_counter(self) -> bool:
        """Whether it only grows: what it is over any time is worked out from that."""
        return self.field.endswith("_total")

    def value_of(self, reading: MonitorReading) -> float | None:
        """Return the figure; None if it is unknown."""
        value: float | None = getattr(reading, self.field)
        return value


_HELD = "Time in which the GIL was held, over time, in the monitor's window."
_PRESSURE = "Time in which at least one thread waited for the GIL, over time, in the window."
_WAITERS = "Threads that waited for the GIL while it was held, on average, in the window."
_ERROR = "Half of the 95 % confidence interval of "

METRICS = (
    Metric("held_fraction", "gilext_gil_held_ratio", "gilext.gil.utilization", "1", _HELD),
    Metric(
        "held_error",
        "gilext_gil_held_ratio_error",
        "gilext.gil.utilization.error",
        "1",
        f"{_ERROR}the held ratio.",
    ),
    Metric(
        "longest_hold_seconds",
        "gilext_gil_longest_hold_seconds",
        "gilext.gil.hold.longest",
        "s",
        "The longest hold of the GIL in the monitor's window.",
    ),
    Metric(
        "held_seconds_total",
        "gilext_gil_held_seconds",
        "gilext.gil.held.time",
        "s",
        "Time in which the GIL was held, since the monitor began.",
    ),
    Metric(
        "seconds_total",
        "gilext_observed_seconds",
        "gilext.observed.time",
        "s",
        "Time since the monitor began.",
    ),
    Metric("pressure", "gilext_gil_pressure_ratio", "gilext.gil.pressure.ratio", "1", _PRESSURE),
    Metric(
        "pressure_error",
        "gilext_gil_pressure_ratio_error",
        "gilext.gil.pressure.error",
        "1",
        f"{_ERROR}the pressure ratio.",
    ),
    Metric(
        "pressure_seconds_total",
        "gilext_gil_pressure_seconds",
        "gilext.gil.pressure.time",
        "s",
        "Time in which at least one thread waited for the GIL, since the monitor began.",
    ),
    Metric("waiters", "gilext_gil_waiters", "gilext.gil.waiters.mean", "{thread}", _WAITERS),
    Metric(
        "waiters_error",
        "gilext_gil_waiters_error",
        "gilext.gil.waiters.error",
        "{thread}",
        f"{_ERROR}the number of waiting threads.",
    ),
    Metric(
        "wait_seconds_total",
        "gilext_gil_wait_seconds",
        "gilext.gil.wait.time",
        "s",
        "What all threads waited for the GIL, together, since the monitor began.",
    ),
    Metric(
        "attached_seconds_total",
        "gilext_attached_seconds",
        "gilext.attached.time",
        "s",
        "For how long threads were attached without a GIL, all together, since the monitor began.",
    ),
    Metric(
        "longest_wait_seconds",
        "gilext_gil_longest_wait_seconds",
        "gilext.gil.wait.longest",
        "s",
        "The longest that one thread certainly waited for a hold of the GIL in the window.",
    ),
)
