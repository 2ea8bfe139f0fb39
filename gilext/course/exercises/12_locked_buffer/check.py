"""The bytearray is resized while the call waits for its answer, and after it."""

from contextlib import suppress
from types import ModuleType

from gilext.course.grading import NotYet, must_not_leak
from gilext.course.scenes import Call, Peer


def check(module: ModuleType) -> None:
    """See that the buffer is locked during the call, and at no other time."""
    data = bytearray(b"data")
    server = Peer()
    call = Call(module.send, server.fd, data)
    sent = server.question(call)
    if _can_be_resized(data):
        raise NotYet(
            "Another thread could resize the bytearray during the call, while send() was "
            "waiting in the block: its memory may have moved.\n\nThe buffer has to be kept "
            "until the block has ended. PyBuffer_Release() belongs after it."
        )
    server.answer(b"!")
    if (sent, call.result()) != (b"data", ord("!")):
        raise NotYet("send() has to write the bytes, and to return the answer's number.")
    _check_free(data, "returned")
    with suppress(OSError):
        module.send(-1, data)
    _check_free(data, "failed with an OSError")
    must_not_leak(module.send, -1, b"data", raises=OSError)


def _check_free(data: bytearray, ended: str) -> None:
    if not _can_be_resized(data):
        raise NotYet(
            f"After send() had {ended}, the bytearray couldn't be resized any more.\n\n"
            "PyArg_ParseTuple() with y* exports the bytearray's memory, and it wasn't given back: "
            "each way out of send() has to release the buffer."
        )


def _can_be_resized(data: bytearray) -> bool:
    try:
        data.append(0)
    except BufferError:
        return False
    return True
