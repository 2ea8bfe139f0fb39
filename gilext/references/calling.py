"""How a function is called for what it does: what it returns is awaited, driven or entered."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Generator
from contextlib import AbstractAsyncContextManager
from itertools import islice, repeat
from typing import TYPE_CHECKING, Any

from gilext.core.function_names import function_name

if TYPE_CHECKING:
    import asyncio

# A generator may have no end.
MAX_ITEMS = 10_000

Raises = type[BaseException] | tuple[type[BaseException], ...]


class Caller:
    """Calls a function many times, as its first result asks for.

    A coroutine is awaited, in an event loop of the caller's own; a generator, synchronous or not,
    is run to its end; a context manager that can do nothing else is entered and left. Everything
    else is dropped as it is.
    """

    def __init__(
        self,
        fn: Callable[..., object],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        *,
        raises: Raises = (),
        setup: Callable[[], object] | None = None,
        teardown: Callable[[], object] | None = None,
    ) -> None:
        self._fn, self._args, self._kwargs, self._raises = fn, args, kwargs, raises
        self._setup, self._teardown = setup, teardown
        self._use: Callable[[Any], object] | None = None
        self._use_async: Callable[[Any], Awaitable[object]] | None = None
        self._runner: asyncio.Runner | None = None
        self.way = "called"
        self.has_returned = False
        # Whether a generator was left before its end.
        self.is_cut = False

    def call(self) -> object:
        """Call once, and return what came out; None if it raised what it may raise."""
        if self._setup is not None:
            self._setup()
        try:
            return self._used(self._fn(*self._args, **self._kwargs))
        except self._raises:
            return None
        finally:
            if self._teardown is not None:
                self._teardown()

    def call_many(self, calls: int) -> None:
        """Call repeatedly."""
        if self._use_async is not None:
            self._run(self._many(calls))
        elif self._is_special:
            for _ in repeat(None, calls):
                self.call()
        else:
            fn, args, kwargs, raises = self._fn, self._args, self._kwargs, self._raises
            for _ in repeat(None, calls):
                try:  # noqa: SIM105  suppress() would make an object for each call
                    fn(*args, **kwargs)
                except raises:
                    pass

    def close(self) -> None:
        """End the event loop, if there was one."""
        if self._runner is not None:
            self._runner.close()
            self._runner = None

    @property
    def _is_special(self) -> bool:
        has_around = self._setup is not None or self._teardown is not None
        return has_around or self._use is not None or not self.has_returned

    def _used(self, result: object) -> object:
        if not self.has_returned:
            self._choose(result)
            self.has_returned = True
        if self._use_async is not None:
            return self._run(self._used_async(result))
        if self._use is not None:
            return self._use(result)
        return result

    def _choose(self, result: object) -> None:
        if isinstance(result, Awaitable):
            self.way, self._use_async = "awaited", _awaited
        elif isinstance(result, AsyncGenerator | AsyncIterator):
            self.way, self._use_async = "run to its end", self._exhausted_async
        elif isinstance(result, AbstractAsyncContextManager):
            self.way, self._use_async = "entered and left", _entered_async
        elif isinstance(result, Generator):
            self.way, self._use = "run to its end", self._exhausted
        elif _is_made_of_generator(result):
            self.way, self._use = "entered and left", _entered
        if self._use_async is not None:
            self._refuse_beside_loop(result)

    def _refuse_beside_loop(self, result: object) -> None:
        import asyncio

        if asyncio._get_running_loop() is not None:
            if isinstance(result, Coroutine):
                result.close()  # else it would warn that it was never awaited
            name = function_name(self._fn)
            raise RuntimeError(
                f"{name} has to be {self.way}, and this thread runs an event loop already: call "
                "check_leaks() from ordinary code, or with asyncio.to_thread()"
            )

    def _run(self, coroutine: Any) -> object:
        import asyncio

        if self._runner is None:
            self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        return self._runner.run(coroutine)

    async def _used_async(self, result: object) -> object:
        assert self._use_async is not None
        return await self._use_async(result)

    async def _many(self, calls: int) -> None:
        import asyncio

        assert self._use_async is not None
        for _ in repeat(None, calls):
            if self._setup is not None:
                self._setup()
            try:
                await self._use_async(self._fn(*self._args, **self._kwargs))
            except self._raises:
                pass
            finally:
                if self._teardown is not None:
                    self._teardown()
        # What the last call has scheduled runs first.
        for _ in range(3):
            await asyncio.sleep(0)

    def _exhausted(self, generator: Generator[object, None, object]) -> None:
        try:
            deque(islice(generator, MAX_ITEMS), maxlen=0)
            self.is_cut |= next(generator, self) is not self
        finally:
            generator.close()

    async def _exhausted_async(self, items: Any) -> None:
        count = 0
        async for _ in items:
            count += 1
            if count > MAX_ITEMS:
                self.is_cut = True
                break
        if hasattr(items, "aclose"):
            await items.aclose()


async def _awaited(awaitable: Awaitable[object]) -> object:
    return await awaitable


async def _entered_async(manager: AbstractAsyncContextManager[object]) -> object:
    async with manager as value:
        return value


def _entered(manager: Any) -> object:
    with manager as value:
        return value


def _is_made_of_generator(result: object) -> bool:
    # What @contextmanager makes; a file or a lock is of use without being entered.
    contextlib = sys.modules["contextlib"]
    return isinstance(result, contextlib._GeneratorContextManager)
