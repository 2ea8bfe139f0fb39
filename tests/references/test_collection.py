"""trial_collect() says what gc.collect() then does."""

import gc
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gilext import trial_collect


class Node:
    __slots__ = ("__weakref__", "others")

    def __init__(self):
        self.others = []


pytestmark = pytest.mark.usefixtures("little_to_collect")


def graph(count, edges):
    """Return nodes and then their lists; nothing else refers to them."""
    nodes = [Node() for _ in range(count)]
    for start, end in edges:
        nodes[start % count].others.append(nodes[end % count])
    return [*nodes, *[node.others for node in nodes]]


@given(
    st.integers(1, 8),
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20),
    st.sets(st.integers(0, 7)),
)
def test_its_answer_is_that_of_the_collector(count, edges, kept_places):
    gc.collect()
    gc.disable()
    try:
        everything = graph(count, edges)
        kept = [everything[place] for place in kept_places if place < count]
        found = trial_collect(everything)
        watched = [weakref.ref(everything[place]) for place in range(count)]
        everything.clear()
        gc.collect()
        dead = {place for place, reference in enumerate(watched) if reference() is None}
    finally:
        gc.enable()

    assert {place for place in found.unreachable if place < count} == dead
    assert all(one.external >= 0 for one in found.objects)
    assert len(kept) == len({place for place in kept_places if place < count})


def test_ring_without_a_variable_is_garbage_and_with_one_it_is_not():
    everything = graph(3, [(0, 1), (1, 2), (2, 0)])
    assert trial_collect(everything).unreachable == tuple(range(6))

    variable = everything[1]
    found = trial_collect(everything)

    assert found.unreachable == ()
    assert [one.external for one in found.objects] == [0, 1, 0, 0, 0, 0]
    assert all(one.reachable for one in found.objects)
    assert variable is everything[1]


def test_object_given_twice_counts_once():
    everything = graph(1, [])
    found = trial_collect([*everything, everything[0]])

    assert len(found.objects) == 2
    assert found.objects[0].count == 1, "the caller's other list"


def test_it_frees_nothing():
    everything = graph(2, [(0, 1), (1, 0)])
    reference = weakref.ref(everything[0])

    trial_collect(everything)

    assert reference() is everything[0]


def test_text_shows_the_steps():
    text = str(trial_collect(graph(2, [(0, 1), (1, 0)])))

    assert "- internal" in text
    assert "Garbage" in text
    assert "none is garbage" in str(trial_collect([]))


@pytest.mark.parametrize("objects", [5, "ab", {1}, iter([])])
def test_what_is_no_list_is_refused(objects):
    with pytest.raises(TypeError, match="'objs' must be a list or tuple"):
        trial_collect(objects)
