"""The search for what grows: how many calls it makes, and when it ends. Its clock is a model."""

from types import SimpleNamespace

import pytest

from gilext.references import search
from gilext.references.rounds import Round
from gilext.references.usage import LEAST


class Model:
    """A process in which calls take a known time, and leave known references behind."""

    def __init__(self, call_seconds, round_seconds=1e-3, leaks=lambda calls: 0, heap=0):
        self.now, self.calls = 0.0, []
        self._call_seconds, self._round_seconds, self._leaks = call_seconds, round_seconds, leaks
        self._heap = heap

    def perf_counter(self):
        return self.now

    def widen(self, objects, *, generation=2):
        self.now += self._round_seconds

    def run(self, call_many, calls, *, with_sizes=True):
        call_many(calls)
        seconds = calls * self._call_seconds
        self.now += seconds + self._round_seconds
        if calls:
            self.calls.append(calls)
        left = self._leaks(calls)
        usage = dict.fromkeys(LEAST, 0) | {"heap": self._heap * calls}
        return Round(calls, seconds, usage, {7: left} if left else {}, {})


@pytest.fixture
def searched(monkeypatch):
    """Search in a model; return what was found."""

    def search_in(model, *, seconds=5.0, rate=0.1, **options):
        monkeypatch.setattr(search, "time", SimpleNamespace(perf_counter=model.perf_counter))
        made = search.Search(model, lambda _: None, [], seconds=seconds, rate=rate, **options)
        return made.run()

    return search_in


@pytest.mark.parametrize("rate", [1, 0.1, 0.01, 1e-4])
def test_search_goes_on_until_the_rate_would_have_been_seen(searched, rate):
    found = searched(Model(1e-6), rate=rate)

    assert found.smallest_rate <= rate
    assert not found.is_out_of_time
    assert not found.leaks


def test_search_that_had_no_time_for_the_rate_says_so(searched):
    model = Model(0.1)

    found = searched(model, rate=0.1)

    assert 0.1 < found.smallest_rate <= 1
    assert found.is_out_of_time
    assert model.now < 6


def test_given_calls_are_never_out_of_time(searched):
    found = searched(Model(0.1), calls=2)

    assert found.smallest_rate == 1 / 2
    assert not found.is_out_of_time


@pytest.mark.parametrize("leaks", [lambda calls: calls, lambda calls: 0], ids=["leaks", "sound"])
def test_function_that_takes_a_second_is_judged_by_single_calls(searched, leaks):
    model = Model(0.8, leaks=leaks)

    found = searched(model)

    assert set(model.calls) == {1}
    assert found.smallest_rate == 1
    assert found.leaks == bool(leaks(1))


def test_function_that_takes_seconds_can_not_be_judged(searched):
    model = Model(3.0, leaks=lambda calls: calls)

    found = searched(model)

    assert (found.smallest_rate, found.is_out_of_time) == (None, True)
    assert not found.leaks
    assert model.now < 7  # a call in progress isn't interrupted


def test_leak_is_searched_for_again_with_four_times_as_many_calls(searched):
    model = Model(1e-5, leaks=lambda calls: calls)

    found = searched(model)

    first, second = sorted(set(model.calls))[-3:-1], sorted(set(model.calls))[-2:]
    assert [calls * 4 for calls in first] == second
    assert found.references[7].per_call == 1


def test_progress_that_returns_true_ends_the_search_with_what_was_known(searched):
    rounds = []

    def progress(passed, seconds):
        rounds.append(passed)
        return len(rounds) == 14  # the second stage has begun

    found = searched(Model(1e-5, leaks=lambda calls: calls), progress=progress)

    assert found.references[7].is_sure
    assert found.is_out_of_time
    assert 14 <= found.rounds <= 15


def test_progress_is_told_the_time_that_has_passed(searched):
    told = []

    searched(Model(0.1), progress=lambda passed, seconds: told.append((passed, seconds)))

    assert [passed for passed, _ in told] == sorted(passed for passed, _ in told)
    assert {seconds for _, seconds in told} == {5.0}


@pytest.mark.parametrize(
    ("call_seconds", "heap", "is_sure"),
    [(0.05, 19, False), (0.05, 19_000, True), (1e-5, 19, True)],
    ids=["little_in_one_stage", "much_in_one_stage", "little_in_two_stages"],
)
def test_heap_that_grew_a_little_in_one_stage_only_may_leak(searched, call_seconds, heap, is_sure):
    found = searched(Model(call_seconds, heap=heap))

    assert ("heap" in found.growing) is is_sure
    assert ("heap" in found.possible) is not is_sure
