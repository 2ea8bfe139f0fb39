"""Reference counts: the same rule for locals, globals, containers and all the rest."""

import gc
import json
import operator
import sys
from functools import partial
from threading import Thread

import pytest

from gilext import inspect_refs, is_immortal, refcount, watch_refs

A_GLOBAL = object()


class Holder:
    def __init__(self):
        self.held = object()


# pytest keeps the values inside of an assertion, so counts are taken before it.


def test_what_nothing_else_refers_to_has_no_references():
    count = refcount(object())
    assert count == 0


def test_local_counts_each_variable_once():
    local = object()
    assert refcount(local) == 1
    other = local
    assert refcount(local) == refcount(other) == 2
    del other
    assert refcount(local) == 1


def test_parameter_counts_as_the_caller_s_variable_does():
    def inner(parameter):
        return refcount(parameter)

    local = object()
    # A parameter refers to the object too, unless the interpreter lent it the caller's reference.
    assert inner(local) in (1, 2)
    assert refcount(local) == 1


def test_global_attribute_item_and_closure_are_one_reference_each():
    holder, items, closed = Holder(), [object()], object()

    def inner():
        return refcount(closed)

    counts = [refcount(A_GLOBAL), refcount(holder.held), refcount(items[0]), refcount(closed)]
    assert counts == [1, 1, 1, 1]
    assert inner() == 1


def test_containers_add_one_each():
    local = object()
    kept = [local, (local,), {local: local}, {local}]
    assert refcount(local) == 1 + 1 + 1 + 2 + 1
    kept.clear()
    assert refcount(local) == 1


def test_it_agrees_with_getrefcount_but_for_the_reference_of_the_call():
    local, holder = object(), Holder()
    lent = sys.version_info >= (3, 14)  # a local variable's

    of_local = sys.getrefcount(local) - refcount(local)
    of_attribute = sys.getrefcount(holder.held) - refcount(holder.held)
    of_nothing_else = sys.getrefcount([]) - refcount([])

    assert of_local == (0 if lent else 1)
    assert of_attribute == of_nothing_else == 1


A_TUPLE = (object(),)


def pass_on(*args):
    return refcount(*args)


def by_name(**kwargs):
    return refcount(kwargs["value"])


# Each counts the reference of the tuple `kept`, and as many more as stand beside it.
CALLS = {
    "item": (lambda kept: refcount(kept[0]), 0),
    "unpacked": (lambda kept: refcount(*kept), 0),
    "unpacked_beside_a_dict": (lambda kept: refcount(*kept, **{}), 0),
    "unpacked_new_list": (lambda kept: refcount(*[kept[0]]), 0),
    "unpacked_new_tuple": (lambda kept: refcount(*(kept[0],)), 0),
    "unpacked_generator": (lambda kept: refcount(*(each for each in kept)), 0),
    "unpacked_list": (lambda kept: refcount(*list(kept)), 0),
    "variable": (lambda kept: next(refcount(each) for each in kept), 1),
    "passed_on": (lambda kept: pass_on(kept[0]), 1),
    "passed_on_unpacked": (lambda kept: pass_on(*kept), 1),
    "by_name": (lambda kept: by_name(value=kept[0]), 1),
    "map": (lambda kept: next(map(refcount, kept)), 0),
    "partial": (lambda kept: partial(refcount)(kept[0]), 0),
    "partial_that_has_it": (lambda kept: partial(refcount, kept[0])(), 1),
    "partial_unpacked": (lambda kept: partial(refcount, *kept)(), 1),
    "operator_call": (lambda kept: operator.call(refcount, kept[0]), 0),
    "thread": (lambda kept: in_a_thread(kept), 0),
}


def in_a_thread(kept):
    counts = []
    thread = Thread(target=lambda *args: counts.append(refcount(*args)), args=kept)
    thread.start()
    thread.join()
    # Of the thread's own tuple: it lets go of its arguments when it has ended, not before.
    return counts[0] - 1


@pytest.mark.parametrize("name", CALLS)
def test_reference_of_the_call_itself_is_not_counted(name):
    count_with, more = CALLS[name]
    kept = (object(),)

    count = count_with(kept)

    assert count == 1 + more


def test_unpacked_global_counts_as_its_item_does():
    counts = [refcount(*A_TUPLE), refcount(A_TUPLE[0])]
    assert counts == [1, 1]


def test_unpacked_attribute_counts_as_its_item_does():
    holder = Holder()
    holder.held = (object(),)

    counts = [refcount(*holder.held), refcount(holder.held[0])]

    assert counts == [1, 1]


def test_tuple_that_the_call_alone_has_does_not_count():
    count = refcount(*(object(),))
    assert count == 0


@pytest.mark.parametrize("arguments", [(), (1, 2)])
def test_refcount_takes_one_object(arguments):
    with pytest.raises(TypeError, match=f"takes one object, not {len(arguments)}"):
        refcount(*arguments)


def test_call_through_another_c_function_has_its_reference():
    objects = [object(), object()]

    assert list(map(refcount, objects)) == [1, 1]


@pytest.mark.parametrize("value", [None, True, False, (), Ellipsis, NotImplemented])
def test_immortal_is_what_this_version_makes_so(value):
    assert is_immortal(value) is (sys.version_info >= (3, 12))


def test_immortal_has_the_number_that_getrefcount_has():
    if is_immortal(None):
        assert refcount(None) == sys.getrefcount(None)


def test_ordinary_object_is_not_immortal():
    assert not is_immortal(object())
    assert not is_immortal([])


def test_view_has_what_decides_how_long_an_object_lives():
    local = []
    view = inspect_refs(local)

    assert (view.type_name, view.count, view.immortal) == ("list", 1, False)
    assert view.gc_tracked is gc.is_tracked(local) is True
    assert json.loads(json.dumps(view.to_dict()))["count"] == 1
    assert "list" in str(view)
    alone = inspect_refs(object()).count
    assert alone == 0
    assert not inspect_refs(1.5).gc_tracked
    assert inspect_refs(1.5).gc_generation is None


def test_view_of_an_immortal_says_so():
    view = inspect_refs(None)

    assert view.immortal is is_immortal(None)
    assert ("immortal" in str(view)) is view.immortal


def test_parts_are_there_where_the_count_has_parts():
    import sysconfig

    local = object()
    split = inspect_refs(local).split

    assert (split is not None) is bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    if split is not None:
        assert split.local + split.shared >= 1
        assert split.owner_thread != 0


@pytest.mark.parametrize("objects", [(), (1, 2)])
def test_inspect_refs_takes_one_object(objects):
    with pytest.raises(TypeError, match=f"one object, not {len(objects)}"):
        inspect_refs(*objects)


def test_watch_reports_each_object_s_change():
    kept, let_go, still = object(), object(), object()
    before, after = [let_go], []

    with watch_refs(kept, let_go, still) as watched:
        after += [kept, kept]
        before.clear()

    assert [one.change for one in watched.report.changes] == [2, -1, 0]
    assert [one.before for one in watched.report.changes] == [1, 2, 1]
    assert "+2" in str(watched)
    assert watched.to_dict()["changes"][1]["change"] == -1


def test_watch_of_nothing_is_an_error():
    with pytest.raises(ValueError, match="one object at least"):
        watch_refs()


def test_report_is_there_only_after_the_block():
    with (
        watch_refs(object()) as watched,
        pytest.raises(RuntimeError, match="watched block has ended"),
    ):
        _ = watched.report


def test_error_in_the_block_comes_through():
    with pytest.raises(LookupError), watch_refs(object()) as watched:
        raise LookupError
    assert watched.report.changes[0].change == 0
