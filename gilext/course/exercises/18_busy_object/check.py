"""Other methods are called while fill() waits in its released block."""

from contextlib import suppress
from types import ModuleType

from gilext.course.grading import NotYet
from gilext.course.scenes import Call, Peer


def check(module: ModuleType) -> None:
    """See that a busy buffer refuses both methods, and a free one neither."""
    buffer = module.Buffer(4)
    server, other = Peer(), Peer()
    call = Call(buffer.fill, server.fd)
    server.question(call)
    if not _is_refused(buffer.resize, 1_000_000):
        raise NotYet(
            "resize() changed the memory of the buffer while fill() was in its released block: the "
            "kernel is about to write to memory that was freed.\n\nWhile the GIL is released, "
            "each method of the object can be called. It takes a flag in the object to say that "
            "it is busy."
        )
    second = Call(_is_refused, buffer.fill, other.fd)
    second.wait_until_blocked()
    if second.is_running or not second.result():
        raise NotYet(
            "A second fill() began while the first was in its released block: both write into the "
            "same memory.\n\nfill() has to be refused, too, while the buffer is busy."
        )
    server.answer(b"data")
    if (call.result(), buffer.bytes()) != (4, b"data"):
        raise NotYet(f"The buffer was filled with b'data', and has {buffer.bytes()!r}.")
    _check_free(buffer, "fill() has returned")
    with suppress(OSError):
        buffer.fill(-1)
    _check_free(buffer, "fill() failed with an OSError")


def _is_refused(method: object, argument: int) -> bool:
    assert callable(method)
    try:
        method(argument)
    except RuntimeError:
        return True
    return False


def _check_free(buffer: object, when: str) -> None:
    if _is_refused(getattr(buffer, "resize", None), 4):
        raise NotYet(
            f"After {when}, resize() is still refused: the buffer stays busy forever.\n\nThe flag "
            "has to be cleared on each way out of fill()."
        )
