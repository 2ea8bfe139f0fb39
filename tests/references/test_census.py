"""`gilext._native.Census`: which objects are in it, their counts and sizes, and who has them."""

import gc
import sys
import sysconfig
import weakref
import zlib
from array import array
from collections import OrderedDict, deque

import pytest

from gilext._native import Census, is_immortal


def room(census):
    return array("q", bytes(8 * len(census)))


def counts(census):
    buffer = room(census)
    census.counts(buffer)
    return buffer


def sizes(census):
    buffer = room(census)
    census.sizes(buffer)
    return buffer


def place_of(census, wanted):
    return next(place for place in range(len(census)) if census[place] is wanted)


def is_in(census, wanted):
    return any(each is wanted for each in census)


def census_of(*objects):
    census = Census()
    census.add(list(objects))
    return census


class Thing:
    pass


# -- what is in it ---------------------------------------------------------------------------


def test_each_object_is_in_it_once():
    twice = Thing()
    census = Census()

    assert census.add([twice, twice]) == len(census)
    assert census.add([twice]) == 0
    assert [each for each in census if each is twice] == [twice]


def test_three_steps_are_gone_from_what_is_listed_and_no_more():
    chain = [[]]
    for _ in range(4):
        chain.append([chain[-1]])
    census = census_of(chain[-1])
    assert [is_in(census, each) for each in chain] == [False, True, True, True, True]


def test_what_was_reached_before_is_gone_on_from_when_it_is_listed():
    chain = [[]]
    for _ in range(4):
        chain.append([chain[-1]])
    census = census_of(chain[-1])

    census.add([chain[-2]])

    assert is_in(census, chain[0])


def test_string_keys_of_a_dict_are_reached_though_the_collector_passes_them_over():
    key = "-".join(["a", "key"])
    keeper = {key: None}
    assert key not in gc.get_referents(keeper)
    assert is_in(census_of(keeper), key)


def test_constants_of_a_function_are_reached():
    def function():
        return 123456789.5

    constant = function.__code__.co_consts[-1]
    assert isinstance(constant, float)
    assert is_in(census_of(function), constant) is not is_immortal(constant)


def test_immortal_objects_are_left_out():
    census = census_of(None, 1, Thing())
    assert not any(is_immortal(each) for each in census)


def test_the_list_and_the_census_are_left_out():
    census = Census()
    listed = [Thing(), census]
    listed.append([listed])

    census.add(listed)

    assert not any(each is listed or each is census for each in census)


def test_type_is_reached_from_an_object_that_the_collector_does_not_know():
    one = zlib.compressobj()
    assert is_in(census_of(one), type(one))


def test_no_code_of_the_objects_runs():
    class Touchy:
        def fail(self, *args):
            raise AssertionError

        __hash__ = __eq__ = __len__ = __bool__ = __iter__ = fail

    class TouchyList(list):
        __len__ = __iter__ = __getitem__ = Touchy.fail

    touchy = [Touchy(), TouchyList([1, 2])]
    census = Census()
    census.add(touchy)
    counts(census)
    assert sizes(census)[place_of(census, touchy[1])] == 2


def test_place_beyond_the_end_is_an_error():
    census = census_of(Thing())
    assert census[-1] is census[len(census) - 1]
    with pytest.raises(IndexError, match="no such place"):
        _ = census[len(census)]


# -- counts ----------------------------------------------------------------------------------


def test_count_leaves_out_the_census_s_own_reference():
    kept = [Thing()]
    census = census_of(kept)
    assert counts(census)[place_of(census, kept[0])] == 1


def test_changed_has_the_places_of_what_got_more_references_and_of_what_lost_some():
    more, fewer, same = Thing(), Thing(), Thing()
    holder = [fewer]
    census = census_of(more, fewer, same, holder)
    before = counts(census)

    holder[0] = more
    after = counts(census)

    changed = {
        name: after[place] - before[place]
        for place in census.changed(before, after)
        for name, one in (("more", more), ("fewer", fewer), ("same", same))
        if census[place] is one
    }
    assert changed == {"more": 1, "fewer": -1}


def test_counting_allocates_no_block():
    census = Census()
    census.add(gc.get_objects())
    buffer = room(census)
    blocks = array("q", [0, 0, 0])  # which keeps no int of them

    for i in range(3):
        census.counts(buffer)
        census.sizes(buffer)
        blocks[i] = sys.getallocatedblocks()

    assert blocks[2] == blocks[1]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ([1, 2, 3], 3),
        ({1: 2}, 1),
        (OrderedDict(a=1), 1),
        ({1, 2}, 2),
        (frozenset("abc"), 3),
        (bytearray(7), 7),
        (deque([1]), 1),
        (array("b", b"four"), 4),
        (Thing(), -1),
        (object(), -1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_size_is_that_of_a_container_and_none_of_what_is_no_container(kind, expected):
    census = census_of(kind)
    assert sizes(census)[place_of(census, kind)] == expected


BUFFERS = {
    "none": (None, TypeError),
    "constant": (bytes(8000), BufferError),
    "bytes": (bytearray(8000), ValueError),
    "unsigned": (array("Q", bytes(8000)), ValueError),
    "short": (array("q"), ValueError),
}


@pytest.mark.parametrize("name", BUFFERS)
@pytest.mark.parametrize("method", ["counts", "sizes", "references_from"])
def test_buffer_of_another_kind_is_an_error(method, name):
    buffer, error = BUFFERS[name]
    census = census_of(Thing())
    arguments = ([], buffer) if method == "references_from" else (buffer,)
    with pytest.raises(error):
        getattr(census, method)(*arguments)


# -- who has them ----------------------------------------------------------------------------


def test_references_are_those_of_the_holders_alone():
    held, other = Thing(), Thing()
    census = census_of(held, other)
    buffer = array("q", [7] * len(census))

    census.references_from([[held, held], (held, other), census], buffer)

    assert buffer[place_of(census, held)] == 3
    assert buffer[place_of(census, other)] == 1
    assert sum(buffer) == 4


def references_from(holder, held):
    census = census_of(held)
    buffer = room(census)
    census.references_from([holder], buffer)
    return buffer[place_of(census, held)]


def test_objects_have_no_more_references_from_all_others_than_their_counts_say(run_child):
    assert run_child("census_exact.py").stdout == "no more than there are\n"


def test_dict_refers_to_each_key_once_whatever_the_others_are():
    key = "-".join(["a", "key"])
    of_strings, general = {key: None}, {key: None, 2: None}
    no_longer_general = dict(general)
    del no_longer_general[2]

    assert references_from(of_strings, key) == 1
    assert references_from(general, key) == 1
    assert references_from(no_longer_general, key) == 1
    assert references_from({key: key}, key) == 2


def test_names_of_attributes_belong_to_the_class_and_not_to_each_object():
    name = "-".join(["an", "attribute"])
    things = [Thing(), Thing()]
    for each in things:
        setattr(each, name, None)
    if is_immortal(name):
        pytest.skip("names of attributes are immortal here")
    assert references_from(vars(things[0]), name) == 0


def test_code_refers_to_its_constants_and_names():
    code = compile("print(some_name_here)", "some file", "exec")
    assert references_from(code, code.co_consts) == (not is_immortal(code.co_consts))
    assert references_from(code, code.co_names) == 1


def test_holder_refers_to_its_type_once():
    things = [Thing(), Thing(), zlib.compressobj()]
    census = census_of(*things)
    buffer = room(census)

    census.references_from(things, buffer)

    assert buffer[place_of(census, Thing)] == 2
    assert buffer[place_of(census, type(things[2]))] == 1


# -- protection ------------------------------------------------------------------------------


with_gil = pytest.mark.skipif(
    bool(sysconfig.get_config_var("Py_GIL_DISABLED")), reason="there is no way to protect here"
)


@with_gil
def test_object_outlives_references_that_are_dropped_once_too_often(run_child):
    assert run_child("census_lost.py").stdout == "alive\n"


@with_gil
def test_protection_is_not_in_the_counts():
    thing = Thing()
    census = census_of(thing)
    place = place_of(census, thing)
    before = counts(census)

    protects = census.protect()
    during = counts(census)
    mended = census.release()

    assert (protects, mended) == (True, 0)
    assert before[place] == during[place] == counts(census)[place]


def test_references_that_are_given_back_are_the_object_s():
    thing = Thing()
    census = census_of(thing)
    before = sys.getrefcount(thing)

    census.give_back(place_of(census, thing), 3)

    assert sys.getrefcount(thing) == before + 3
    with pytest.raises(IndexError, match="no such place"):
        census.give_back(len(census), 1)


# -- life ------------------------------------------------------------------------------------


def test_clear_lets_go_of_everything():
    thing = Thing()
    before = sys.getrefcount(thing)
    census = census_of(thing)
    held = sys.getrefcount(thing)

    census.clear()

    assert (held, sys.getrefcount(thing), len(census)) == (before + 1, before, 0)


def test_what_goes_with_the_census_finds_it_empty():
    found = []

    class Last:
        def __del__(self):
            found.append((len(census), census.add([[]])))

    census = census_of(Last())
    census.clear()

    assert found == [(0, 1)]


def test_census_in_a_cycle_is_collected():
    thing = Thing()
    thing.census = census_of(thing)
    thing.census.protect()
    thing.census.release()
    gone = weakref.ref(thing)
    del thing
    gc.collect()
    assert gone() is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a limit that holds")
def test_too_many_objects_are_a_memory_error(run_child):
    assert run_child("census_without_memory.py").stdout == "MemoryError\n"


def test_dead_objects_that_a_module_keeps_for_new_ones_are_left_out(run_child):
    assert run_child("census_of_free_lists.py").stdout == "collected\n"


def test_threads_may_share_a_census(run_child):
    assert run_child("census_storm.py").stdout == "sound\n"
