"""What runs in the thread, what it raises, and whether others run while it is waited for."""

import sys
import threading
from types import ModuleType
from typing import Any

from gilext.course.grading import NotYet
from gilext.course.scenes import Call


def check(module: ModuleType) -> None:
    """Call back from a thread, with an exception, and with a wait in it."""
    seen: list[int] = []
    module.call_in_thread(lambda: seen.append(threading.get_native_id()))
    if len(seen) != 1 or seen == [threading.get_native_id()]:
        raise NotYet(
            f"The callback was called {len(seen)} times, and has to be called once, in a thread "
            "of its own."
        )
    _check_exception(module)
    event = threading.Event()
    call = Call(module.call_in_thread, event.wait)
    event.set()
    call.result()


def _check_exception(module: ModuleType) -> None:
    told: list[Any] = []
    sys.unraisablehook = lambda unraisable: told.append(type(unraisable.exc_value))
    module.call_in_thread(lambda: 1 // 0)
    sys.unraisablehook = sys.__unraisablehook__
    if told != [ZeroDivisionError]:
        raise NotYet(
            f"The callback raised a ZeroDivisionError, and sys.unraisablehook was told {told}: the "
            "exception disappeared with its thread.\n\nNo caller can catch it there. "
            "PyErr_WriteUnraisable() passes it on."
        )
