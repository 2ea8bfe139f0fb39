"""The view has to be held while the memory is read, and given up with the GIL held."""

import sys
from concurrent.futures import Future, ThreadPoolExecutor
from types import ModuleType

from gilext.course.grading import NotYet, Unclear, must_release, must_return

SIZE = 32 * 2**20
TRIES = 20


def check(module: ModuleType) -> None:
    """Try to take the memory away during a call, and see that it is free after it."""
    must_return(291, module.checksum, b"abc")
    must_release(module.checksum, bytes(SIZE), why="The reading should run without the GIL.")
    data = bytearray(SIZE)
    if not any(is_locked_while_read(module, data) for _ in range(TRIES)):
        raise Unclear("no other thread got to run while checksum() was reading")
    if sys.version_info >= (3, 12):
        module.checksum(Exporter(b"abc"))


def is_locked_while_read(module: ModuleType, data: bytearray) -> bool:
    """Return whether a view was seen to be held in a call; False if the call was over too soon."""
    view = memoryview(data)
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(module.checksum, view)
        was_locked = try_to_take_away(view, call)
        error = call.exception()
    if error is not None:  # the view was taken away before the call began
        return False
    if was_locked is False:
        raise NotYet(
            "While checksum() was reading, another thread could take the memory away: "
            "memoryview.release() succeeded.\n\nNothing kept the memory in place. With a "
            "bytearray that is resized, the loop would go on to read memory that is no longer "
            "its own, and crash or return nonsense."
        )
    must_be_unlocked(view)
    return was_locked is True


def try_to_take_away(view: memoryview, call: "Future[object]") -> bool | None:
    """Return whether the memory is locked while the call is running; None if that isn't known."""
    while not call.done():
        try:
            view.release()
        except BufferError:
            return True
        return None if call.done() else False
    return None


def must_be_unlocked(view: memoryview) -> None:
    """See that a call has left no view behind."""
    try:
        view.release()
    except BufferError:
        raise NotYet(
            "After the call the memory is still locked: memoryview.release() raised BufferError."
            "\n\nEach view that is taken has to be given up, or a bytearray can never be resized "
            "again."
        ) from None


class Exporter:
    """Runs Python code when a view of it is given up."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __buffer__(self, flags: int, /) -> memoryview:
        """Give a view."""
        return memoryview(self._content)

    def __release_buffer__(self, view: memoryview, /) -> None:
        """Take it back."""
        view.release()
