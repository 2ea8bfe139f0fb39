"""What check_leaks() once accused wrongly, and what comes close to a leak without being one."""

import gc
import weakref

import pytest

from gilext import check_leaks

pytestmark = pytest.mark.usefixtures("little_to_collect")


def class_in_a_cycle():
    # To free it, the collector looks names up on it, which fills the type cache.
    class Node:
        def __del__(self):
            pass

    node = Node()
    node.self = node


class Pruned:
    """A list of weak references that loses the dead ones when it is long: pandas and sqlite3."""

    def __init__(self, most):
        self.references, self.most = [], most

    def __call__(self):
        self.references.append(weakref.ref(Pruned(0)))
        if len(self.references) == self.most:
            self.references = [one for one in self.references if one() is not None]


class Turns:
    """Takes memory in one round and gives it back in the next, as a table that is resized does."""

    def __init__(self):
        self.collections, self.kept = -1, []

    def __call__(self):
        collections = sum(one["collections"] for one in gc.get_stats())
        if collections != self.collections:
            self.collections = collections
            self.kept = [] if self.kept else [bytes(1000) for _ in range(1000)]


@pytest.mark.parametrize(
    "make",
    [lambda: class_in_a_cycle, lambda: Pruned(200), lambda: Pruned(499), Turns],
    ids=["class", "pruned_at_200", "pruned_at_499", "turns"],
)
def test_nothing_is_accused_nor_doubted(make):
    fn = make()
    for _ in range(3):
        report = check_leaks(fn)
        assert report.leaks + report.possible == ()
