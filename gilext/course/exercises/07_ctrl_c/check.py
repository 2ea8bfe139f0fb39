"""A signal comes after a part of the CPU time that the whole count takes."""

import signal
import time
from types import FrameType, ModuleType

from gilext.course.grading import NotYet, Unclear, must_release

LIMIT = 1_000_000
TRIES = 3


def check(module: ModuleType) -> None:
    """See that the call ends soon after a signal, and releases the GIL all the same."""
    if module.count_primes(5000) != 669:
        raise NotYet(
            f"count_primes(5000) returned {module.count_primes(5000)}, and there are 669 primes "
            "below 5000."
        )
    _check_interrupted(module)
    must_release(module.count_primes, 50_000, at_least=0.8)


def _check_interrupted(module: ModuleType) -> None:
    signal.signal(signal.SIGVTALRM, _interrupt)
    start = time.thread_time()
    module.count_primes(LIMIT)
    whole = time.thread_time() - start
    for _ in range(TRIES):
        taken = _seconds_until_interrupted(module, whole / 8)
        if taken < whole / 2:
            return
    raise NotYet(
        f"Counting takes {whole:.2f} s of CPU time here. A signal came after an eighth of that, as "
        f"if Ctrl-C were pressed, and the call went on for {taken:.2f} s.\n\nThe handler of a "
        "signal runs when the main thread asks for it. The interpreter does that between byte "
        "codes; your loop has to do it by itself."
    )


def _seconds_until_interrupted(module: ModuleType, after: float) -> float:
    start = time.thread_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, after)
    try:
        module.count_primes(LIMIT)
        raise Unclear("the signal came after the call")
    except KeyboardInterrupt:
        return time.thread_time() - start
    except SystemError as error:
        raise NotYet(
            f"A signal came, its handler raised KeyboardInterrupt, and then: {error}\n\nIf "
            "PyErr_CheckSignals() returns -1, an exception is set. The call has to return NULL "
            "then."
        ) from None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
