"""References to the type of instances that are gone, and a type in a cycle with an instance."""

import gc
import sysconfig
import weakref
from types import ModuleType

from gilext import refcount
from gilext.course.grading import NotYet
from gilext.course.scenes import fresh

INSTANCES = 100


def check(module: ModuleType) -> None:
    """Count the type's references, then drop a module whose type has an instance."""
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        _check_freed(module)  # such a build counts references to a type in each thread
    else:
        _check_counted(fresh(module).Node)
    copy = fresh(module)
    copy.Node.root = copy.Node()
    copy.Node.root.next = [copy.Node.root]
    alive = weakref.ref(copy.Node)
    del copy
    gc.collect()
    if alive() is not None:
        raise NotYet(
            "The module was dropped, and its type was never freed. It had an instance among its "
            "own attributes: type and instance keep each other alive.\n\nThe collector can free "
            "such a cycle if it is shown each reference in it. node_traverse() doesn't show "
            "the one from an instance to its type."
        )


def _check_freed(module: ModuleType) -> None:
    copy = fresh(module)
    copy.Node()
    alive = weakref.ref(copy.Node)
    del copy
    gc.collect()
    if alive() is not None:
        raise NotYet(
            "The module was dropped, and its type was never freed, although no instance of it was "
            "left.\n\nAn instance of a heap type owns a reference to the type. node_dealloc() has "
            "to drop it."
        )


def _check_counted(node: type) -> None:
    spare = [node] * (2 * INSTANCES)
    before = refcount(node)
    for _ in range(INSTANCES):
        node()
    taken = refcount(node) - before
    if taken > 0:
        raise NotYet(
            f"{INSTANCES} instances were made and freed, and took {taken} references to their "
            "type with them.\n\nAn instance of a heap type owns a reference to the type. "
            "node_dealloc() has to drop it."
        )
    if taken < 0:
        raise NotYet(
            f"{INSTANCES} instances were made and freed, and dropped {-taken} references to "
            "their type too many.\n\nEach instance owns one reference to the type, and can drop "
            "no more than that."
        )
    del spare
