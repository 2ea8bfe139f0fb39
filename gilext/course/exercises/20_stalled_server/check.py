"""A worker calls closest() while another thread serves: gilext.watch() sees who stalled it."""

import time
from collections.abc import Callable
from random import Random
from types import ModuleType

from gilext import watch
from gilext.core.environment import is_gil_enabled
from gilext.course.grading import NotYet, Unclear, must_release
from gilext.course.scenes import Call

LETTERS = 400
CALLS = 6
MIN_CALL_SECONDS = 0.06
STALL_SECONDS = 0.02


class Words:
    """A sequence whose items are made by Python code."""

    def __init__(self, words: list[bytes]) -> None:
        self._words = words

    def __len__(self) -> int:
        """Return how many words there are."""
        return len(self._words)

    def __getitem__(self, index: int) -> bytes:
        """Return a word."""
        return self._words[index]


def check(module: ModuleType) -> None:
    """Compare the result, count the stalls of calls, and see that the work is released."""
    random = Random(1)
    words = [random.randbytes(LETTERS) for _ in range(20)]
    text = words[13][:-1] + b"!"
    if module.closest(text, Words(words)) != 13:
        raise NotYet(f"closest() returned {module.closest(text, Words(words))} instead of 13.")
    many = words * _times(lambda: module.closest(text, words))
    if is_gil_enabled():
        _check_stalls(lambda: module.closest(text, many))
    must_release(module.closest, text, words, at_least=0.8)


def _times(call: Callable[[], object]) -> int:
    """Return how often to repeat the words for a call that is long enough."""
    start = time.thread_time()
    call()
    return int(MIN_CALL_SECONDS / (time.thread_time() - start)) + 1


def _check_stalls(call: Callable[[], object]) -> None:
    with watch(stalls=STALL_SECONDS) as found:
        worker = Call(_worker, call)
        while worker.is_running:
            time.sleep(0.001)
    worker.result()
    if found.stalls_unavailable_reason:
        raise Unclear(found.stalls_unavailable_reason)
    names = [thread.name for thread in found.by_thread]
    stalls = [stall for stall in found.stalls if names[stall.hold.thread] == "_worker"]
    if 2 * len(stalls) >= CALLS:
        longest = max(stall.hold.seconds for stall in stalls)
        raise NotYet(
            f"closest() was called {CALLS} times, and stalled the server {len(stalls)} times: for "
            f"up to {longest * 1000:.0f} ms it held the GIL while the server's thread waited for "
            "it.\n\nWhile a call holds the GIL, nothing else is answered. Comparing two words "
            "needs no Python object."
        )
    if 4 * len(stalls) >= CALLS:
        raise Unclear(f"the server was stalled {len(stalls)} times by {CALLS} calls")


def _worker(call: Callable[[], object]) -> None:
    for _ in range(CALLS):
        call()
        time.sleep(0.002)
