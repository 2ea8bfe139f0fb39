"""done() meets an error of its own, and handles it, between read() and the exception."""

import errno
import os
from contextlib import suppress
from types import ModuleType

from gilext.course.grading import NotYet

NO_FILE = -1


def check(module: ModuleType) -> None:
    """See which error is raised, that done() is called each time, and what a byte gives."""
    calls: list[str] = []

    def done() -> None:
        calls.append("done")
        with suppress(FileNotFoundError):
            os.stat("there is no such file")

    _check_error(module, done)
    reading, writing = os.pipe()
    os.write(writing, b"x")
    if module.read_byte(reading, done) != b"x" or len(calls) != 2:
        raise NotYet("read_byte() has to return the byte, and to call done() once each time.")
    with suppress(ZeroDivisionError):
        module.read_byte(NO_FILE, lambda: 1 // 0)
        raise NotYet("done() raised a ZeroDivisionError, and read_byte() didn't.")


def _check_error(module: ModuleType, done: object) -> None:
    try:
        module.read_byte(NO_FILE, done)
    except OSError as error:
        if error.errno == errno.EBADF:
            return
        raised = repr(error)
    except SystemError as error:
        raise NotYet(
            f"read_byte() failed with: {error}\n\nPython code was called while an exception is "
            "set. done() has to be called first, and the exception set after it."
        ) from None
    else:
        raised = "nothing"
    raise NotYet(
        f"read_byte() raised {raised}, but read() had failed with EBADF: the descriptor -1 is no "
        "file.\n\nerrno has the error of the last call that failed in this thread. Between "
        "read() and PyErr_SetFromErrno() ran done(), which looked for a file that isn't there."
    )
