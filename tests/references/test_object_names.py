"""What objects are called in what check_leaks() says, and that none of their code runs for it."""

import sys
from array import array
from types import ModuleType

import pytest

from gilext import check_leaks
from gilext._native import Census
from gilext.references.object_names import ObjectNames, is_type, short, type_name


class Plain:
    """An object like any other, with a short repr()."""

    def __init__(self, word="plain"):
        self.word = word

    def __repr__(self):
        return f"<{self.word}>"

    def method(self):
        return self


@pytest.fixture
def module(monkeypatch):
    """Return a module that can be imported under the name `shop`."""
    made = ModuleType("shop")
    monkeypatch.setitem(sys.modules, "shop", made)
    return made


def name_of(obj, fn=len, **named):
    return ObjectNames(named, fn).name(obj)


def test_given_object_has_the_name_it_was_given():
    given = Plain(Plain())
    names = ObjectNames({"argument 1": given}, len)

    assert names.name(given) == "argument 1"
    assert names.is_given(given)
    assert names.is_given(given.word)
    assert not names.is_given(Plain())


@pytest.mark.parametrize(
    "around",
    [
        lambda inner: [inner],
        lambda inner: {"key": inner},
        lambda inner: ((inner,),),
        lambda inner: Plain(inner),
    ],
    ids=["list", "dict", "tuples", "attribute"],
)
def test_object_inside_an_argument(around):
    inner = Plain()
    assert ObjectNames({"argument 1": around(inner)}, len).name(inner) == (
        "`<plain>`, inside argument 1"
    )


def test_key_inside_an_argument():
    key = "a key with blanks"
    assert ObjectNames({"argument 1": {key: 1}}, len).name(key) == (
        "`'a key with blanks'`, inside argument 1"
    )


def test_container_inside_an_argument_is_told_by_its_type():
    inner = [1]
    assert ObjectNames({"argument 'key'": [inner]}, len).name(inner) == (
        "a list inside argument 'key'"
    )


def test_default_of_the_function():
    def fn(one=Plain("default"), *, other=Plain("keyword")):  # noqa: B008
        return one, other

    one, other = fn()

    assert name_of(one, fn) == "`<default>`, a default of the function"
    assert name_of(other, fn) == "`<keyword>`, a default of the function"


def test_variable_of_the_function():
    kept = Plain()
    items = []

    def fn():
        return kept, items

    assert name_of(kept, fn) == "`<plain>`, in the function's variable 'kept'"
    assert name_of(items, fn) == "a list in the function's variable 'items'"


def test_container_is_said_by_its_kind_and_its_place():
    items = []

    def fn(items=items):
        pass

    assert name_of(items, fn) == "a list, a default of the function"
    assert name_of([]) == "a list"
    assert name_of(Plain()) == f"`<plain>`, of type {__name__}.Plain"


def test_constant_of_the_function():
    def fn():
        return "a constant with blanks", 10000000000000000000000000000000000000000

    word, number = fn()

    assert name_of(word, fn) == "`'a constant with blanks'`, a constant of the function"
    assert name_of(number, fn) == f"`{10**12}...{'0' * 14}`, a constant of the function"


def test_constant_is_not_given():
    def fn():
        return 10000000000000000000000000000000000000000

    assert not ObjectNames({}, fn).is_given(fn())


def test_attribute_of_the_object_whose_method_is_called():
    owner = Plain(Plain("attribute"))
    assert name_of(owner.word, owner.method) == (
        "`<attribute>`, inside the object whose method is called"
    )


def test_types_are_named_with_their_module_and_built_in_ones_without():
    assert name_of(Plain) == f"type `{__name__}.Plain`"
    assert name_of(int) == "type `int`"
    assert type_name(type(Plain().method)) == "method"


def test_module_and_what_is_in_it(module):
    module.item = Plain("global")
    module.table = {"a": Plain("in a table")}
    module.Shelf = type("Shelf", (), {"__module__": "shop", "attribute": Plain("of a class")})

    assert name_of(module) == "module `shop`"
    assert name_of(module.item) == "`shop.item`"
    assert name_of(module.table) == "`shop.table`"
    assert name_of(module.table["a"]) == "`<in a table>`, in `shop.table`"
    assert name_of(module.Shelf.attribute) == "`shop.Shelf.attribute`"


def test_function_that_is_nowhere_else_has_its_own_name(module):
    def fn():
        pass

    assert name_of(fn) == f"function `{__name__}.{fn.__qualname__}`"


def test_object_that_nothing_leads_to_is_told_by_its_type():
    assert name_of(Plain("lost")) == f"`<lost>`, of type {__name__}.Plain"


class Broken:
    def __repr__(self):
        raise RuntimeError("no repr")


class Huge:
    def __repr__(self):
        return "x" * 10**6


class Lines:
    def __repr__(self):
        return "one\n  two\ttwo `quoted`"


def test_repr_is_one_line_also_if_it_raises():
    assert short(Broken()).startswith("<Broken ")
    assert short(Lines()) == "one two two 'quoted'"
    assert short("a\nb") == r"'a\nb'"


@pytest.mark.parametrize(
    "obj",
    [Huge(), "x" * 10**6, 10**4000, {place: [[["x" * 100] * 100]] * 100 for place in range(100)}],
    ids=["object", "string", "number", "containers"],
)
def test_repr_is_short(obj):
    assert len(short(obj)) < 200


class Proxy:
    """Says that it is what it isn't, like a proxy of weakref or wrapt."""

    asked = 0

    def __getattribute__(self, name):
        Proxy.asked += 1
        return {"__class__": type, "__module__": "elsewhere", "__dict__": {}}[name]

    def __repr__(self):
        return "<proxy>"


def test_proxy_is_not_taken_for_what_it_says_it_is():
    proxy = Proxy()

    assert isinstance(proxy, type)
    assert not is_type(proxy)
    assert ObjectNames({"argument 1": [proxy]}, len).name(proxy) == "`<proxy>`, inside argument 1"


class Unhashable(type):
    """A metaclass whose classes are equal to everything and can't be hashed."""

    __hash__ = None

    def __eq__(cls, other):
        raise RuntimeError("compared")


def test_class_that_can_not_be_hashed_or_compared_is_named():
    odd = Unhashable("Odd", (), {"__module__": "shop"})

    assert name_of(odd) == "type `shop.Odd`"
    assert name_of(odd(), fn=lambda: odd).endswith("of type shop.Odd")


def test_no_code_of_the_objects_runs_while_they_are_counted():
    ran = []

    class Meta(type):
        def __getattribute__(cls, name):
            ran.append(name)
            return super().__getattribute__(name)

        def __hash__(cls):
            ran.append("hash")
            return super().__hash__()

        def __eq__(cls, other):
            ran.append("eq")
            return cls is other

    class Noisy(metaclass=Meta):
        def __getattribute__(self, name):
            ran.append(name)
            return super().__getattribute__(name)

        __eq__ = __hash__ = __len__ = __iter__ = __bool__ = None

    class NoisyList(list):
        def __len__(self):
            ran.append("len")
            return 5

        def __iter__(self):
            ran.append("iter")
            return iter(())

    objects = [Noisy(), NoisyList([1, 2]), Noisy]
    ran.clear()
    census = Census()
    census.add(objects)
    census.protect()
    for _ in range(2):
        buffer = array("q", bytes(8 * len(census)))
        census.counts(buffer)
        census.sizes(buffer)
    census.release()
    census.clear()

    assert ran == []


@pytest.mark.slow
def test_check_with_odd_objects_around_comes_to_its_end():
    odd = Unhashable("Odd", (), {})
    around = [odd(), odd, Proxy(), Broken(), Huge()]

    assert check_leaks(len, around, calls=5, rounds=2).leaks == ()
