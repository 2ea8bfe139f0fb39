"""The rules by which `check` judges what was measured: pure functions of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal, NamedTuple

from gilext._native import HANDOVER_PLACES
from gilext.checking.terms import Terms, terms_of
from gilext.core.units import in_words

Verdict = Literal[
    "releases", "holds", "detaches", "stays attached", "shares", "not enough evidence"
]

MIN_CALL_SECONDS = 2e-6
MIN_SHARED_CALL_SECONDS = 200e-6
MIN_SAMPLES = 50
MIN_REQUESTS = 5
MIN_GRANTS = 10
MIN_REFUSALS = 20
MAX_GRANTS_PER_REFUSAL = 0.01
MIN_RUN_ON = 0.2
MIN_SPREAD_RUN_ON = 0.4
MAX_PLACES_OF_HOLDING = 2

_PLACES_BY_CHANCE = 0.05
_MIN_UNHEEDED_CALLS = 0.5
_MIN_SEEN_CALLS = 5
_Z = 1.96


class Judgement(NamedTuple):
    """A verdict; why there is none; whether more of the same may help."""

    verdict: Verdict
    reason: str | None = None
    more_may_help: bool = False


@dataclass(frozen=True, slots=True)
class Requests:
    """What came of requesting the GIL all the time, while calls were made.

    Without a GIL, what is requested is that the world stop; it is granted when the caller does.

    Attributes
    ----------
    calls, cpu_seconds : int, float
        How many calls were made, and how much CPU time they used.
    requested_calls : int
        In how many calls the GIL was requested while they held it.
    grants, refusals : int
        How many of these requests were granted inside a call, and how many only after it.
    calls_at : tuple of int
        How many calls granted one in each tenth of their CPU time.
    seen_seconds, unheeded_seconds : float
        How much of the CPU time lies between two samples in one call; and how much of that the
        call used after it had been told to give the GIL away, and before it did.
    """

    calls: int = 0
    cpu_seconds: float = 0.0
    requested_calls: int = 0
    grants: int = 0
    refusals: int = 0
    calls_at: tuple[int, ...] = (0,) * HANDOVER_PLACES
    seen_seconds: float = 0.0
    unheeded_seconds: float = 0.0

    def __add__(self, more: Requests) -> Requests:
        """Return both together."""
        return Requests(
            self.calls + more.calls,
            self.cpu_seconds + more.cpu_seconds,
            self.requested_calls + more.requested_calls,
            self.grants + more.grants,
            self.refusals + more.refusals,
            tuple(a + b for a, b in zip(self.calls_at, more.calls_at, strict=True)),
            self.seen_seconds + more.seen_seconds,
            self.unheeded_seconds + more.unheeded_seconds,
        )

    @property
    def settled(self) -> int:
        """How many requests were granted, inside a call or after it."""
        return self.grants + self.refusals

    @property
    def grants_per_call(self) -> float | None:
        """How often a call gave the GIL away; None if it wasn't asked to."""
        return self.grants / self.requested_calls if self.requested_calls else None

    @property
    def run_on_fraction(self) -> float | None:
        """For what part of a call's CPU time it ran on before it granted a request, on average.

        None if nothing was requested, or if too little of the CPU time was seen.
        """
        if not self.settled or self._seen_calls < min(_MIN_SEEN_CALLS, self.calls / 2):
            return None
        unheeded_fraction = self.unheeded_seconds / self.seen_seconds
        return min(1.0, unheeded_fraction * self.calls / self.settled)

    @property
    def places(self) -> tuple[int, ...]:
        """The tenths in which more calls granted a request than chance explains."""
        fewest = max(1.0, _PLACES_BY_CHANCE * self.requested_calls)
        return tuple(place for place, calls in enumerate(self.calls_at) if calls >= fewest)

    @property
    def places_per_call(self) -> float:
        """In how many tenths of its CPU time a call granted a request, on average."""
        seen = sum(self.calls_at[place] for place in self.places)
        return seen / self.requested_calls if self.requested_calls else 0.0

    @property
    def unheeded_calls(self) -> float:
        """How many calls' CPU time was used with a request pending."""
        return self.unheeded_seconds * self.calls / self.cpu_seconds if self.cpu_seconds else 0.0

    @property
    def _seen_calls(self) -> float:
        return self.seen_seconds * self.calls / self.cpu_seconds if self.cpu_seconds else 0.0


def fraction_and_error(windows: Sequence[tuple[int, int]]) -> tuple[float, float] | None:
    """Return a fraction and half of its 95 % confidence interval; None without a sample.

    Each window of time has a number of samples, and how many of them are hits. The error is the
    larger of two: Wilson's, as if each sample were a draw of its own; and the one that the
    windows' differences call for, as samples that are close together aren't.
    """
    samples, hits = sum(n for n, _ in windows), sum(h for _, h in windows)
    if samples == 0:
        return None
    fraction = hits / samples
    spread = fraction * (1 - fraction)
    half = _Z * sqrt(spread / samples + _Z**2 / (4 * samples**2)) / (1 + _Z**2 / samples)
    shift = abs((fraction + _Z**2 / (2 * samples)) / (1 + _Z**2 / samples) - fraction)
    return fraction, min(1.0, max(half + shift, _windows_error(windows, fraction, samples)))


def _windows_error(windows: Iterable[tuple[int, int]], fraction: float, samples: int) -> float:
    """Return what a ratio estimate of unlike windows leaves open: Cochran (1977), 6.4."""
    squares = [(h - fraction * n) ** 2 for n, h in windows if n]
    freedom = len(squares) - 1
    if freedom < 1:
        return 0.0
    return students_t(freedom) * sqrt(sum(squares) * (freedom + 1) / freedom) / samples


def students_t(freedom: int) -> float:
    """Return how many standard errors half of a 95 % confidence interval has.

    By the expansion about the normal distribution (Fisher and Cornish, 1960): 3 % too little with
    two degrees of freedom, exact with many.
    """
    return _Z + 2.372 / freedom + 2.822 / freedom**2 + 2.556 / freedom**3


def judge(
    gil_enabled: bool,
    call_seconds: float,
    samples: int,
    fraction: float | None,
    requests: Requests,
) -> Judgement:
    """Apply the rule that `Checkup` states.

    Without a GIL, `fraction` is of the time attached, and requests are for stops of the world.
    """
    terms = terms_of(gil_enabled)
    unseen = why_unseen(call_seconds, samples)
    if unseen is not None or fraction is None:
        return Judgement("not enough evidence", unseen, call_seconds >= MIN_CALL_SECONDS)
    if fraction < 0.5:
        return Judgement(terms.freeing)
    return _judge_requests(call_seconds, requests, terms)


def why_unseen(call_seconds: float, samples: int) -> str | None:
    """Return why it isn't known what the calls hold or keep; None if it is."""
    if call_seconds < MIN_CALL_SECONDS:
        return (
            f"its calls are too short: {in_words(call_seconds)}, and "
            f"{in_words(MIN_CALL_SECONDS)} can be looked into"
        )
    if samples < MIN_SAMPLES:
        return f"only {samples} samples fell into its calls, of the {MIN_SAMPLES} that it takes"
    return None


def _judge_requests(call_seconds: float, requests: Requests, terms: Terms) -> Judgement:
    run_on = requests.run_on_fraction
    # Two samples rarely fall into a shorter call, and those in which they do are no fair draw.
    if run_on is not None and call_seconds >= MIN_SHARED_CALL_SECONDS:
        is_spread = len(requests.places) > MAX_PLACES_OF_HOLDING
        is_shared = requests.places_per_call > MAX_PLACES_OF_HOLDING or (
            is_spread and run_on < MIN_RUN_ON
        )
        if is_shared and requests.grants >= MIN_GRANTS:
            return Judgement("shares")
        # What grants here and there is Python code with a long call of C code in it, or C code
        # whose few places lie on the edges of tenths: that runs on for longer.
        min_run_on = MIN_SPREAD_RUN_ON if is_spread else MIN_RUN_ON
        if run_on >= min_run_on and requests.unheeded_calls >= _MIN_UNHEEDED_CALLS:
            return Judgement(terms.keeping)
    if (
        requests.refusals >= MIN_REFUSALS
        and requests.grants <= MAX_GRANTS_PER_REFUSAL * requests.refusals
    ):
        return Judgement(terms.keeping)
    return _not_settled(call_seconds, requests, terms)


def _not_settled(call_seconds: float, requests: Requests, terms: Terms) -> Judgement:
    if not requests.settled:
        return Judgement(
            "not enough evidence",
            f"it {terms.keeps}, but {terms.no_request}",
            more_may_help=True,
        )
    if requests.grants >= MIN_GRANTS and call_seconds < MIN_SHARED_CALL_SECONDS:
        return Judgement(
            "not enough evidence",
            f"it {terms.keeps} and {terms.hands_over}, but its calls are too short to tell where: "
            f"{in_words(call_seconds)}, and it takes {in_words(MIN_SHARED_CALL_SECONDS)}",
        )
    return Judgement(
        "not enough evidence",
        f"it {terms.keeps}, but {terms.few_requests.format(requests.settled)} in "
        f"{requests.calls} calls",
        more_may_help=True,
    )
