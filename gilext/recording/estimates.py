"""What the sums of a recording say of held and waited time, and how certain that is."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, sqrt

from gilext.recording.sums import Sums


@dataclass(frozen=True, slots=True)
class Waits:
    """How much was waited for the GIL; fields as `Recording` has them."""

    wait_seconds: float | None = None
    wait_error: float | None = None
    pressure: float | None = None
    pressure_error: float | None = None
    waiters: float | None = None
    waiters_error: float | None = None


def held_fraction(sums: Sums) -> tuple[float | None, float | None]:
    """Return the held fraction and half of its 95 % confidence interval; None for no time.

    The fraction is held time over time, the same that the threads add up to: each pair of samples
    counts for the state at its ends, half and half when they differ. Leaving out the pairs that
    lie far apart would leave out what the busiest cores did.
    """
    total = _total_ns(sums)
    if total <= 0:
        return None, None
    held_ns = sums["held_ns"]
    error_ns = integral_error(sums, held_ns, held_ns, sums["changes"], sums["changes_ns2"])
    return min(1.0, held_ns / total), min(1.0, error_ns / total)


def waits(sums: Sums) -> Waits:
    """Return what was waited, with half of the 95 % confidence intervals.

    Waiters while held are a quotient; its error takes those of wait time and of held time for
    independent. They rise and fall together, so that it is rather too large.
    """
    total = _total_ns(sums)
    if total <= 0:
        return Waits()
    wait_ns, pressure_ns, held_ns = sums["wait_ns"], sums["pressure_ns"], sums["held_ns"]
    wait_error_ns = integral_error(
        sums, wait_ns, sums["wait_squares_ns"], sums["wait_jumps"], sums["wait_jumps_ns2"]
    )
    pressure_error_ns = integral_error(
        sums, pressure_ns, pressure_ns, sums["pressure_jumps"], sums["pressure_jumps_ns2"]
    )
    waiters = waiters_error = None
    if held_ns > 0:
        waiters = sums["held_wait_ns"] / held_ns
        held_error_ns = (held_fraction(sums)[1] or 0.0) * total
        waiters_error = hypot(wait_error_ns, waiters * held_error_ns) / held_ns
    return Waits(
        wait_seconds=wait_ns * 1e-9,
        wait_error=wait_error_ns * 1e-9,
        pressure=pressure_ns / total,
        pressure_error=min(1.0, pressure_error_ns / total),
        waiters=waiters,
        waiters_error=waiters_error,
    )


def integral_error(sums: Sums, sum_ns: int, squares_ns: int, jumps: int, jumps_ns2: float) -> float:
    """Return half of the 95 % confidence interval of a sampled number's integral, in nanoseconds.

    The number x is a small whole one: whether the GIL is held, how many threads wait. Each pair of
    samples counts for x at its ends, half and half. `sum_ns` is the integral of x, `squares_ns`
    that of x**2; `jumps` adds up the squared differences of the pairs, and `jumps_ns2` the same
    times the squared distances.

    Each pair that differs, by j, hides one jump of j, somewhere between the two. When x changes
    slowly compared with the distance d of two samples, the jump is uniform in it, and the integral
    is wrong by j times a uniform part of d: variance j**2 d**2 / 12. When it changes fast, the
    samples are independent draws, each of which stands for its d: variance V d**2, with V the
    variance of x. As two independent draws differ by j**2 = 2 V on average, a pair then stands for
    j**2 d**2 / 2. How large the differences are, compared with that 2 V, tells where between the
    two this recording lies.

    A pair too far apart hides anything: it adds the variance of one draw. After a few samples that
    isn't sure to be 0 because they were all the same, so it is reckoned with two samples more, a 0
    and a 1: for a yes or no that is Laplace's rule of succession. The two ends of the recording
    add one distance each; so where no x but 0 was seen, the error is the rule of three's.
    """
    total, pairs = _total_ns(sums), sums["observed_pairs"]
    mean, square = sum_ns / total, squares_ns / total
    spread = max(0.0, square - mean**2)
    likeness = min(1.0, jumps / (2 * spread * pairs)) if spread and pairs else 0.0
    cautious_mean = (mean * pairs + 1) / (pairs + 2)
    cautious_square = (square * pairs + 1) / (pairs + 2)
    distance = sums["observed_ns"] / pairs if pairs else total
    variance = jumps_ns2 * (1 / 12 + 5 / 12 * likeness)
    variance += sums["unseen_ns2"] * (cautious_square - cautious_mean**2)
    variance += 2 * distance**2 * max(1.0, square)
    return 1.96 * sqrt(variance)


def _total_ns(sums: Sums) -> int:
    return sums["end_ns"] - sums["start_ns"]
