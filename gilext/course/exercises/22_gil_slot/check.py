"""Two calls overlap; then the slots are read from the module's definition."""

import gc
import sys
from types import ModuleType

from gilext.course.grading import NotYet
from gilext.course.scenes import Call, Peer
from gilext.course.slots import declares_gil_not_used


def check(module: ModuleType) -> None:
    """See that overlapping calls keep their texts, and that the module says so."""
    first_server, second_server = Peer(), Peer()
    first = Call(module.stamp, 1, first_server.fd)
    first_server.question(first)
    second = Call(module.stamp, 2, second_server.fd)
    second_server.question(second)
    gc.collect()  # without a GIL it waits until each thread is detached, or runs Python code
    for server in (first_server, second_server):
        server.answer(b"!")
    texts = [first.result(), second.result()]
    if texts != ["no. 1", "no. 2"]:
        raise NotYet(
            f"stamp(1, ...) and stamp(2, ...) ran at the same time, and returned {texts}: one of "
            "them returned the text of another call.\n\nBoth calls write to one variable. While "
            "the GIL is released, the second call overwrites the text that the first still "
            "needs; without a GIL it can do so at any time. A declaration doesn't change that."
        )
    if sys.version_info >= (3, 13) and not declares_gil_not_used(module):
        raise NotYet(
            "The calls are independent now, and the module doesn't say so: its slots have no "
            "Py_mod_gil with Py_MOD_GIL_NOT_USED.\n\nWithout it, a free-threaded Python "
            "switches the GIL back on as soon as the module is imported."
        )
