"""Results read back: exactly what JSON can say of them, and nothing else."""

import json
from dataclasses import asdict, dataclass
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gilext.core.reading import read


@dataclass(frozen=True)
class Part:
    name: str
    pair: tuple[int, float]
    note: str | None = None


@dataclass(frozen=True)
class Whole:
    seconds: float
    error: float | None
    is_known: bool
    counts: tuple[int, ...]
    shares: tuple[float | None, ...]
    parts: tuple[Part, ...]
    kind: Literal["a", "b"] | None


numbers = st.floats(allow_nan=False, allow_infinity=False)
parts = st.builds(Part, st.text(), st.tuples(st.integers(), numbers), st.none() | st.text())
wholes = st.builds(
    Whole,
    numbers,
    st.none() | numbers,
    st.booleans(),
    st.lists(st.integers()).map(tuple),
    st.lists(st.none() | numbers).map(tuple),
    st.lists(parts).map(tuple),
    st.sampled_from(["a", "b", None]),
)


@given(wholes)
def test_what_json_says_of_a_result_is_read_as_it_was(whole):
    assert read(Whole, json.loads(json.dumps(asdict(whole)))) == whole


def test_field_with_a_default_may_be_missing_and_a_float_be_written_as_an_integer():
    assert read(Part, {"name": "x", "pair": [1, 2]}) == Part("x", (1, 2.0))


FAULTS = [
    (Literal["a", "b"], "c", r"must be one of 'a', 'b', not 'c'"),
    (Literal["a", "b"], ["a"], r"must be one of 'a', 'b', not \['a'\]"),
    (Part, [], r"all of it must be an object, not \[\]"),
    (Part, {"name": "x"}, r"there is no field 'pair'"),
    (Part, {"name": 1, "pair": [1, 2]}, r"name must be a string, not 1"),
    (Part, {"name": "x", "pair": [1]}, r"pair must have 2 items, not 1"),
    (Part, {"name": "x", "pair": [1.5, 2]}, r"pair\[0\] must be an integer, not 1\.5"),
    (Part, {"name": "x", "pair": [True, 2]}, r"pair\[0\] must be an integer, not True"),
    (Part, {"name": "x", "pair": [1, True]}, r"pair\[1\] must be a finite number, not True"),
    (Part, {"name": "x", "pair": 1}, r"pair must be an array, not 1"),
    (tuple[float, ...], [1.0, float("inf")], r"\[1\] must be a finite number, not inf"),
    (tuple[float, ...], [1.0, "x" * 99], r"\[1\] must be a finite number, not 'x+\.\.\.$"),
    (tuple[int, ...], [1, None], r"\[1\] must be an integer, not None"),
    (tuple[Part, ...], [{"name": "x", "pair": [1, 2], "y": 3}], r"field '\[0\]\.y', which is unkn"),
    (tuple[Part, ...], [{"name": "x", "pair": [1, 2], "note": 3}], r"\[0\]\.note must be a string"),
]


@pytest.mark.parametrize(("kind", "said", "error"), FAULTS, ids=range(len(FAULTS)))
def test_anything_else_is_refused_with_its_place(kind, said, error):
    with pytest.raises(ValueError, match=error):
        read(kind, said)
