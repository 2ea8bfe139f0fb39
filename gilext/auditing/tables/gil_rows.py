"""One row of the GIL table of a library: several checks of one function, put together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from gilext.auditing.tables.cases import Case, titled
from gilext.checking.checkup import Checkup
from gilext.checking.terms import Terms, terms_of
from gilext.checking.verdict import Verdict, students_t
from gilext.core.medians import median
from gilext.core.report import share

BUSY_FRACTION = 0.05  # of a call, without a core: its longest hold is then the machine's


@dataclass(frozen=True, slots=True)
class GilRow:
    """What one function does with the GIL at one size.

    Each check is made in a process of its own. A figure is the mean of the checks, and its error is
    half of the 95 % confidence interval that their differences, and their own errors, call for.

    Attributes
    ----------
    function, size : str
        What was called, and its parameters: ``"1000"``, ``"dtype=float64, size=1000"``, or nothing.
    verdict : str or None
        As `Checkup.verdict`. If checks differ, that isn't enough evidence. None if the function
        couldn't be checked.
    reason : str or None
        What is missing if there is not enough evidence.
    held_fraction, held_error, attached_fraction, attached_error : float or None
        As of `Checkup`.
    kept_seconds, kept_seconds_error : float or None
        For how long a call held the GIL, or was attached if there was none; without what it waited
        for a core. The error takes at least two checks.
    longest_hold_seconds, longest_hold_error : float or None
        The longest span in one call in which it was seen holding the GIL, or attached: the median
        of the checks. None if no two samples in a row saw it so.
    wait_seconds : float or None
        How long another thread waited for the GIL inside a call, or for a stop of the world: the
        median of the checks' medians.
    call_seconds : float or None
        What a call took on average.
    no_core_fraction : float or None
        For what share of that its thread had no core, the worst of the checks.
    calls, checks : int
        How many calls were made to measure the fraction, and how many checks.
    gil_enabled : bool or None
        Whether there was a GIL.
    error : str or None
        Why it couldn't be checked: an exception, a crash, a hang.
    """

    function: str
    size: str
    verdict: Verdict | None
    reason: str | None
    held_fraction: float | None
    held_error: float | None
    attached_fraction: float | None
    attached_error: float | None
    kept_seconds: float | None
    kept_seconds_error: float | None
    longest_hold_seconds: float | None
    longest_hold_error: float | None
    wait_seconds: float | None
    call_seconds: float | None
    no_core_fraction: float | None
    calls: int
    checks: int
    gil_enabled: bool | None
    error: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What is the same in two tables: the function and the size."""
        return self.function, self.size

    @property
    def is_judged(self) -> bool:
        """Whether there is a verdict, and evidence for it."""
        return self.verdict not in (None, "not enough evidence")

    @property
    def kept(self) -> tuple[float | None, float | None]:
        """The fraction by which it is judged and its error: held, or attached without a GIL."""
        if self.gil_enabled is False:
            return self.attached_fraction, self.attached_error
        return self.held_fraction, self.held_error

    @property
    def terms(self) -> Terms:
        """The words for the interpreter that it ran on."""
        return terms_of(self.gil_enabled is not False)

    @property
    def why(self) -> str | None:
        """Why it isn't judged; None if it is."""
        return self.error if self.error is not None else self.reason

    def __str__(self) -> str:
        """Return what it is called in messages."""
        return titled(self.function, self.size)


def row_of(case: Case, checks: Sequence[Checkup], error: str | None = None) -> GilRow:
    """Put the checks of one case together; if one of them failed, that is the row."""
    if error is not None or not checks:
        return _failed(case, error)
    held = _mean([(one.held_fraction, one.held_error) for one in checks])
    attached = _mean([(one.attached_fraction, one.attached_error) for one in checks])
    kept = _mean([one.kept_seconds for one in checks])
    verdict, reason = _agreed(checks)
    holds = [one.longest_hold_seconds for one in checks]
    waits = [one.median_stall_seconds for one in checks if one.median_stall_seconds is not None]
    return GilRow(
        function=case.function,
        size=case.size,
        verdict=verdict,
        reason=reason,
        held_fraction=held[0],
        held_error=None if held[1] is None else min(1.0, held[1]),
        attached_fraction=attached[0],
        attached_error=None if attached[1] is None else min(1.0, attached[1]),
        kept_seconds=kept[0],
        kept_seconds_error=kept[1] if len(checks) > 1 else None,
        longest_hold_seconds=median(holds) or None,
        longest_hold_error=_spread(holds) if len(checks) > 1 and median(holds) else None,
        wait_seconds=median(waits) if waits else None,
        call_seconds=sum(one.call_seconds for one in checks) / len(checks),
        no_core_fraction=max(share(one.no_core_seconds, one.call_seconds) or 0.0 for one in checks),
        calls=sum(one.calls for one in checks),
        checks=len(checks),
        gil_enabled=checks[-1].gil_enabled,
    )


def _failed(case: Case, error: str | None) -> GilRow:
    nothing = (None,) * 13
    return GilRow(case.function, case.size, *nothing, 0, 0, None, error)


def _agreed(checks: Sequence[Checkup]) -> tuple[Verdict, str | None]:
    """Return the verdict of all checks that have one; if they differ, that there is none."""
    found = Counter(one.verdict for one in checks if one.verdict != "not enough evidence")
    if len(found) == 1:
        return next(iter(found)), None
    if not found:
        return "not enough evidence", checks[-1].reason
    said = " and ".join(f"{count} of {verdict!r}" for verdict, count in found.most_common())
    return "not enough evidence", f"its checks differ: {said}"


def _mean(
    figures: Sequence[tuple[float | None, float | None]],
) -> tuple[float, float] | tuple[None, None]:
    """Return a mean and its error, of what is known: the larger of the two that there are."""
    known = [(value, error) for value, error in figures if value is not None and error is not None]
    if not known:
        return None, None
    values = [value for value, _ in known]
    own = sqrt(sum(error**2 for _, error in known)) / len(known)
    return sum(values) / len(values), max(own, _spread(values))


def _spread(values: Sequence[float]) -> float:
    """Return half of the 95 % confidence interval of a mean, by how its values differ."""
    freedom = len(values) - 1
    if freedom < 1:
        return 0.0
    mean = sum(values) / len(values)
    squares = sum((value - mean) ** 2 for value in values)
    return students_t(freedom) * sqrt(squares / freedom / len(values))
