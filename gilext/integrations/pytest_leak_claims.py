"""What the marker ``leaks`` says of its test, and how long a test may be checked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pytest

from gilext.references.leak_report import Leak

_KEYWORDS = {"allow", "seconds", "rate"}
_MIN_SECONDS, _MAX_SECONDS = 0.01, 86_400.0
_MIN_RATE, _MAX_RATE = 0.001, 1.0


@dataclass(frozen=True, slots=True)
class LeakClaim:
    """What a test may leak, and how it is checked.

    Attributes
    ----------
    allowed : tuple of re.Pattern
        What it may leak: what is found in the name of that, as `Leak.of` has it.
    is_checked : bool
        Whether it is checked at all.
    seconds : float
        The time after which a check ends.
    rate : float
        The smallest rate, in leaks per run, that is looked for.
    """

    allowed: tuple[re.Pattern[str], ...]
    is_checked: bool
    seconds: float
    rate: float

    def allows(self, leak: Leak) -> bool:
        """Return whether the test may leak that."""
        return any(pattern.search(leak.of) for pattern in self.allowed)


def leak_claim_of(item: pytest.Item, seconds: float, rate: float) -> LeakClaim:
    """Return the claim of a test's closest marker, with these limits if it has none of its own.

    Raises
    ------
    pytest.UsageError
        When the marker has other arguments than it takes.
    """
    marker = item.get_closest_marker("leaks")
    if marker is None:
        return LeakClaim((), True, seconds, rate)
    if marker.args:
        raise pytest.UsageError(f"{item.nodeid}: the marker 'leaks' takes keywords only")
    unknown = set(marker.kwargs) - _KEYWORDS
    if unknown:
        raise pytest.UsageError(
            f"{item.nodeid}: the marker 'leaks' takes allow=, seconds= and rate=, not "
            f"{', '.join(sorted(unknown))}"
        )
    allow = marker.kwargs.get("allow", ())
    return LeakClaim(
        () if isinstance(allow, bool) else tuple(_patterns(item, allow)),
        allow is not True,
        checked_seconds(marker.kwargs.get("seconds", seconds), f"{item.nodeid}: 'seconds'"),
        checked_rate(marker.kwargs.get("rate", rate), f"{item.nodeid}: 'rate'"),
    )


def checked_seconds(value: object, name: str) -> float:
    """Return a limit of time, or raise `pytest.UsageError` with its name."""
    return _in(value, _MIN_SECONDS, _MAX_SECONDS, name)


def checked_rate(value: object, name: str) -> float:
    """Return a smallest rate, or raise `pytest.UsageError` with its name."""
    return _in(value, _MIN_RATE, _MAX_RATE, name)


def _in(value: object, least: float, most: float, name: str) -> float:
    if isinstance(value, int | float) and least <= value <= most:
        return float(value)
    raise pytest.UsageError(f"{name} must be {least:g} to {most:,.15g}, not {value!r}")


def _patterns(item: pytest.Item, allow: object) -> Iterable[re.Pattern[str]]:
    each = [allow] if isinstance(allow, str | re.Pattern) else allow
    if not isinstance(each, Iterable):
        raise pytest.UsageError(f"{item.nodeid}: 'allow' must be a name or names, not {allow!r}")
    for one in each:
        try:
            yield re.compile(one)
        except (re.error, TypeError):
            raise pytest.UsageError(
                f"{item.nodeid}: 'allow' must be names or regular expressions, not {one!r}"
            ) from None
