"""Whether the state's reference is counted, and whether it is given back."""

import gc
import weakref
from types import ModuleType

from gilext import refcount
from gilext.course.grading import NotYet
from gilext.course.scenes import fresh


def check(module: ModuleType) -> None:
    """Count the references that the two owners have, then drop the whole module."""
    _check_counted(fresh(module))
    copy = fresh(module)
    alive = weakref.ref(copy.Error)
    del copy
    gc.collect()
    if alive() is not None:
        raise NotYet(
            "The exception class outlived its module: the module is gone, and a reference to "
            "the class is left.\n\nPyErr_NewException() gives one reference, and "
            "PyModule_AddObjectRef() takes another for the dictionary. The first is the state's, "
            "and module_clear() has to drop it."
        )
    try:
        fresh(module).fail("message")
    except Exception as error:
        if type(error).__name__ == "Error" and error.args == ("message",):
            return
    raise NotYet("fail('message') has to raise the module's Error with that message.")


def _check_counted(copy: ModuleType) -> None:
    """Take the class out of the dictionary: what it had there is gone, and the state's is left."""
    error = copy.Error
    both = refcount(error)
    twin = type("Twin", (Exception,), {})
    ours_and_its_own = refcount(twin)
    if both - ours_and_its_own < 2:
        raise NotYet(
            "The module's dictionary and its state share one reference to Error. As soon as "
            "`exercise.Error` is replaced or deleted, the class is freed, and the state still "
            "points to it.\n\nPyModule_AddObject() takes over the reference that it is given. "
            "The state needs one that it keeps."
        )
