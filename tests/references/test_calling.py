"""How check_leaks() calls: what has to be awaited, driven or entered is, and leaks of it found."""

import asyncio
import collections.abc
import ctypes
import gc
import threading
import warnings
from contextlib import asynccontextmanager, contextmanager
from functools import partial

import pytest

from gilext import check_leaks
from gilext.references.calling import MAX_ITEMS, Caller

pytestmark = pytest.mark.usefixtures("little_to_collect")


class Log:
    """How many calls came to their end; what they forget a reference to, if they leak."""

    def __init__(self):
        self.done = 0

    def end(self, forgotten):
        self.done += 1
        for one in forgotten:
            forget(one)


forget = ctypes.pythonapi.Py_IncRef
forget.argtypes, forget.restype = (ctypes.py_object,), None


async def coroutine(log, *forgotten):
    await asyncio.sleep(0)
    log.end(forgotten)


def generator(log, *forgotten):
    yield 1
    yield 2
    log.end(forgotten)


async def async_generator(log, *forgotten):
    yield 1
    await asyncio.sleep(0)
    yield 2
    log.end(forgotten)


@contextmanager
def context_manager(log, *forgotten):
    yield 1
    log.end(forgotten)


@asynccontextmanager
async def async_context_manager(log, *forgotten):
    yield 1
    await asyncio.sleep(0)
    log.end(forgotten)


class Awaitable:
    def __init__(self, log, *forgotten):
        self.coroutine = coroutine, log, forgotten

    def __await__(self):
        function, log, forgotten = self.coroutine
        return function(log, *forgotten).__await__()


class AsyncManager:
    def __init__(self, log, *forgotten):
        self.log, self.forgotten = log, forgotten

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        self.log.end(self.forgotten)


class AsyncIterator:
    def __init__(self, log, *forgotten):
        self.items = async_generator(log, *forgotten)

    def __aiter__(self):
        return self

    async def __anext__(self):
        return await self.items.__anext__()


@collections.abc.Generator.register
class ForeignGenerator:
    """Like what Cython makes of a generator: no `types.GeneratorType`, but all its methods."""

    def __init__(self, log, *forgotten):
        self.own = generator(log, *forgotten)
        self.send, self.throw, self.close = self.own.send, self.own.throw, self.own.close

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.own)


@collections.abc.Coroutine.register
class ForeignCoroutine:
    def __init__(self, log, *forgotten):
        self.own = coroutine(log, *forgotten)
        self.send, self.throw, self.close = self.own.send, self.own.throw, self.own.close

    def __await__(self):
        return self.own.__await__()


WAYS = {
    coroutine: "awaited",
    Awaitable: "awaited",
    ForeignCoroutine: "awaited",
    generator: "run to its end",
    ForeignGenerator: "run to its end",
    async_generator: "run to its end",
    AsyncIterator: "run to its end",
    context_manager: "entered and left",
    async_context_manager: "entered and left",
    AsyncManager: "entered and left",
}
AWAITED = [coroutine, Awaitable, async_generator, async_context_manager, AsyncManager]
every_way = pytest.mark.parametrize("fn", WAYS, ids=lambda fn: fn.__name__)


@every_way
def test_each_call_is_made_to_its_end(fn):
    log = Log()
    caller = Caller(fn, (log,), {})

    caller.call()
    caller.call_many(10)
    caller.close()

    assert caller.way == WAYS[fn]
    assert log.done == 11


@pytest.mark.parametrize("fn", [coroutine, ForeignGenerator, AsyncManager])
def test_leak_inside_is_found_and_its_twin_cleared(fn):
    leaky = check_leaks(fn, Log(), object(), calls=5)
    sound = check_leaks(fn, Log(), calls=5)

    assert leaky.way == sound.way == WAYS[fn]
    assert [leak.of for leak in leaky.leaks] == ["argument 2"]
    assert sound.leaks == ()


def raising(log):
    log.done += 1
    raise ValueError


async def raising_coroutine(log):
    await asyncio.sleep(0)
    raising(log)


def raising_generator(log):
    yield 1
    raising(log)


async def raising_async_generator(log):
    yield 1
    raising(log)


@contextmanager
def raising_context_manager(log):
    yield 1
    raising(log)


@asynccontextmanager
async def raising_async_context_manager(log):
    raising(log)
    yield 1


@pytest.mark.parametrize(
    "fn",
    [
        raising, raising_coroutine, raising_generator, raising_async_generator,
        raising_context_manager, raising_async_context_manager,
    ],
)  # fmt: skip
class TestRaisesInside:
    def test_what_may_be_raised_ends_a_call_with_one_setup_and_one_teardown(self, fn):
        log, before, after = Log(), [], []
        caller = Caller(
            fn, (log,), {},
            raises=ValueError, setup=lambda: before.append(1), teardown=lambda: after.append(1),
        )  # fmt: skip

        caller.call()
        caller.call_many(5)
        caller.close()

        assert log.done == len(before) == len(after) == 6

    def test_anything_else_comes_through_and_leaves_nothing_open(self, fn):
        with pytest.raises(ValueError), warnings.catch_warnings():
            warnings.simplefilter("error")
            check_leaks(fn, Log(), raises=KeyError)
        gc.collect()
        with pytest.raises(RuntimeError, match="no running event loop"):
            asyncio.get_running_loop()


@every_way
def test_setup_and_teardown_are_called_once_for_each_call(fn):
    log, before, after = Log(), [], []
    caller = Caller(
        fn, (log,), {}, setup=lambda: before.append(log.done), teardown=lambda: after.append(log.done)
    )  # fmt: skip

    caller.call()
    caller.call_many(3)
    caller.close()

    assert before == [0, 1, 2, 3]
    assert after == [1, 2, 3, 4]


@pytest.mark.parametrize("fn", AWAITED)
def test_running_event_loop_is_told_and_nothing_stays_unawaited(fn):
    async def main():
        with pytest.raises(RuntimeError, match="this thread runs an event loop already"):
            check_leaks(fn, Log())
        return await asyncio.to_thread(check_leaks, fn, Log(), calls=2, rounds=2)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        report = asyncio.run(main())
        gc.collect()

    assert [str(one.message) for one in caught] == []
    assert report.way == WAYS[fn]


def endless(log):
    try:
        while True:
            yield
    finally:
        log.done += 1


async def endless_async(log):
    try:
        while True:
            yield
    finally:
        log.done += 1


@pytest.mark.parametrize("fn", [endless, endless_async])
def test_generator_without_end_is_closed_and_that_is_noted(fn):
    log = Log()

    report = check_leaks(fn, log, calls=1, rounds=2)

    assert log.done == report.calls
    assert report.leaks == ()
    assert f"A generator was closed after {MAX_ITEMS:,} items." in report.notes


def test_generator_of_that_many_items_is_not_cut():
    caller = Caller(iterator_of, (MAX_ITEMS,), {})
    caller.call()
    assert not caller.is_cut


def iterator_of(items):
    yield from range(items)


class Lock:
    """What a context manager is that is of use without being entered."""

    entered = 0

    def __enter__(self):
        Lock.entered += 1

    def __exit__(self, *_):
        pass


@pytest.mark.parametrize(
    "make", [Lock, threading.Lock, partial(open, __file__)], ids=["Lock", "lock", "file"]
)
def test_what_is_of_use_without_being_entered_is_not_entered(make):
    results = []

    def made():
        results.append(make())
        return results.pop()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        report = check_leaks(made, calls=5, rounds=2)

    assert report.way == "called"
    assert Lock.entered == 0


def test_call_that_never_returns_is_noted():
    report = check_leaks(raising, Log(), raises=ValueError)

    assert "No call returned: each one raised what it may raise." in report.notes
    assert report.leaks == ()


def test_result_that_is_an_ordinary_iterator_is_dropped():
    caller = Caller(iter, ([1, 2],), {})
    assert list(caller.call()) == [1, 2]
    assert caller.way == "called"
