"""Another thread empties the list while the function waits for its answer."""

import weakref
from types import ModuleType

from gilext.course.grading import NotYet
from gilext.course.scenes import Call, Peer


class Item:
    """An item that can be asked for, by a weak reference, whether it is alive."""


def check(module: ModuleType) -> None:
    """See that the item lives for as long as it is needed, and no longer."""
    _check_answered(module, Peer())
    items = [Item()]
    alive = weakref.ref(items[0])
    try:
        module.label(items, 0, -1)
    except OSError:
        items.clear()
    if alive() is not None:
        raise NotYet(
            "The item is still alive after waiting failed with an OSError, although nothing "
            "refers to it any more.\n\nThe reference of your own has to be dropped on that way "
            "out, too."
        )


def _check_answered(module: ModuleType, server: Peer) -> None:
    items = [Item()]
    alive = weakref.ref(items[0])
    call = Call(module.label, items, 0, server.fd)
    server.question(call)
    items.clear()
    if alive() is None:
        raise NotYet(
            "The item was freed while label() waited: another thread emptied the list, and the "
            "list had the only reference.\n\nWhat PyList_GetItem() returns is borrowed from the "
            "list. label() goes on to use it after the block, and needs a reference of its own "
            "from before the block."
        )
    server.answer(b"red")
    result = call.result()
    if result != (alive(), "red"):
        raise NotYet(f"label() returned {result!r} instead of the item and its label.")
    del result, call
    if alive() is not None:
        raise NotYet(
            "The item was never freed: it is alive, although neither the list nor the result "
            "refers to it any more.\n\nThe reference that label() took for itself has to be "
            "dropped when the tuple has its own."
        )
