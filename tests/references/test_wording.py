"""Leaks in words: rates, sizes, several leaks in one sentence, and where to look."""

import pytest

from gilext.references.wording import (
    in_doubt,
    in_one_sentence,
    in_rate,
    in_whole_rate,
    size_in_rate,
    where_to_look,
)


@pytest.mark.parametrize(
    ("per_call", "said"),
    [
        (3, "3 references per call to x"),
        (1.0002, "one reference per call to x"),
        (0.97, "one reference per call to x"),
        (2.5, "2.5 references per call to x"),
        (0.5, "one reference to x in 2 calls"),
        (0.667, "2 references to x in 3 calls"),
        (0.3, "3 references to x in 10 calls"),
        (0.1001, "one reference to x in 10 calls"),
        (0.002, "one reference to x in 500 calls"),
        (1 / 4321, "one reference to x in 4,321 calls"),
    ],
)
def test_rate_is_said_in_whole_numbers(per_call, said):
    assert in_rate(per_call, "reference", " to x") == said


@pytest.mark.parametrize(
    ("per_call", "said"),
    [
        (1 / 500, "one block in 500 calls"),
        (0.63, "one block per call"),
        (0.4, "one block in 2 calls"),
        (1.2, "2 blocks per call"),
    ],
)
def test_whole_rate_is_rounded_up(per_call, said):
    assert in_whole_rate(per_call, "block") == said


def test_plural_suits_the_noun():
    assert in_rate(2, "entry") == "2 entries per call"
    assert in_rate(2, "child process") == "2 child processes per call"
    assert in_rate(2, "thread") == "2 threads per call"


def test_less_than_a_few_bytes_per_call_are_those_of_many_calls():
    assert size_in_rate(65536, "heap") == "64 KiB per call of heap"
    assert size_in_rate(0.2, "heap") == "200 bytes of heap in 1,000 calls"


def test_verb_that_repeats_itself_stands_once():
    said = in_one_sentence(["leaks a", "leaks b", "adds c to d", "leaks e"])

    assert said == "leaks a; b; adds c to d; leaks e"


def test_long_list_is_cut_with_the_number_of_the_rest():
    assert in_one_sentence([f"leaks {n}" for n in range(7)]) == "leaks 0; 1; 2; 3; and 3 more"


def test_what_may_leak_has_the_verb_without_its_ending():
    assert [in_doubt(f"{verb} one") for verb in ("leaks", "adds", "loses")] == [
        "leak one",
        "add one",
        "lose one",
    ]


def test_where_to_look_depends_on_what_leaks():
    def said(of, kind):
        (sentence,) = where_to_look([(of, kind)])
        return sentence

    assert "Py_DECREF" in said("argument 1", "reference")
    assert "tp_dealloc" in said("type `a.B`", "reference")
    assert "too many" in said("argument 1", "lost reference")
    assert "free()" in said("heap", "byte")
    assert "Py_DECREF" not in said("heap", "byte")
    assert "munmap()" in said("address space", "byte")
    assert "close()" in said("file descriptors", "file descriptor")


def test_each_kind_has_a_place_to_look():
    from gilext.references.usage import UNITS

    for of, unit in UNITS.items():
        assert where_to_look([(of, unit)])


def test_one_place_is_said_once():
    assert len(where_to_look([("argument 1", "reference"), ("argument 2", "reference")])) == 1


def test_container_that_grows_explains_references_and_blocks():
    leaks = [("`m.KEPT`", "item"), ("argument 1", "reference"), ("memory", "memory block")]

    (said,) = where_to_look(leaks)

    assert "old entries" in said
