"""Import a module in sub-interpreters: with a GIL each, where there are such."""

import sys
from collections.abc import Callable
from importlib.util import find_spec
from threading import Thread

USE_NATIVE = """
import gc

from gilext import _native

assert _native.spin_held(10, 3) == _native.spin_released(10, 3) == {expected}
assert _native.spin_interruptible(10, 3) == {expected}
assert _native.time_os_threads("spin", 2, 10)[2][0] == _native.spin_held(10)
assert _native.Meeting(1).wait_held(0) and _native.Meeting(1).wait_released(0)
assert not _native.Meeting(2).wait_released(0.01)

census = _native.Census()
assert census.add(gc.get_objects()) == len(census) > 1000
census.protect()
census.clear()
with _native.ArenaCount():
    kept = [object() for _ in range(100_000)]
del kept

sampler = _native.Sampler(1e-4, 0.0, 0.01, 100_000, 0.1)
sampler.start()
_native.hold_for(0.05)
sampler.stop()
assert sampler.totals()["held_ns"] > 0 or not {has_gil}
seen = _native.watch_calls(_native.hold_for, (0.05,), dict(), 0.05, 1e-4)
assert sum(held for _, held, _ in seen["windows"]) > 0 or not {has_gil}
while not _native.probe_calls(_native.release_for, (0.01,), dict(), 0.01, 1e-3, 0.0)["stalls_ns"]:
    pass  # the thread that requests the GIL got no core
"""


def skip(reason: str) -> None:
    print(f"skip: {reason}")
    sys.exit()


def running_by_pep_734(code: str) -> Callable[[], None]:
    from concurrent import interpreters

    interpreter = interpreters.create()

    def run() -> None:
        interpreter.exec(code)
        interpreter.close()

    return run


def running_by_private_module(name: str, code: str) -> Callable[[], None]:
    module = __import__(name)
    interpreter = module.create()

    def run() -> None:
        failed = module.run_string(interpreter, code)  # None, or raises, depending on version
        module.destroy(interpreter)
        if failed is not None:
            raise RuntimeError(failed)

    return run


def running(code: str) -> Callable[[], None]:
    if sys.version_info >= (3, 14):
        return running_by_pep_734(code)
    for name in ("_interpreters", "_xxsubinterpreters"):
        if find_spec(name) is not None:
            return running_by_private_module(name, code)
    skip("this Python has no way into sub-interpreters")
    raise AssertionError


def main(other_module: str | None = None) -> None:
    if other_module is not None:
        if sys.version_info < (3, 12):
            skip("before 3.12, every extension is taken by every interpreter")
        if find_spec(other_module) is None:
            skip(f"this Python has no {other_module}")
        try:
            running(f"import {other_module}")()
        except Exception as error:
            assert "does not support loading in subinterpreters" in str(error), error
            print("refused")
        return

    from gilext import spin_held

    errors: list[BaseException] = []

    def guarded(run: Callable[[], None]) -> None:
        try:
            run()
        except BaseException as error:
            errors.append(error)

    has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    code = USE_NATIVE.format(expected=spin_held(10, 3), has_gil=has_gil)
    runs = [running(code) for _ in range(3)]
    threads = [Thread(target=guarded, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    print("works in 3 interpreters")


main(*sys.argv[1:])
