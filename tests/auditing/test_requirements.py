"""What a project requires is met, isn't, or isn't known; only the first will do."""

from dataclasses import replace

import pytest
from audits import module, package

from gilext.auditing.rules.linter import findings_of
from gilext.auditing.rules.requirements import NO_ERRORS, REQUIREMENTS, parse_requirements, unmet_of

NOT_IMPORTED = {"declared": None}


def unmet(one, requirement):
    """Return whether it is known that a module doesn't meet a requirement, and what is said."""
    found = list(unmet_of([package(one)], [requirement]))
    assert len(found) <= 1
    return [(each.is_known, each.message) for each in found]


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_a_module_that_is_right_meets_everything(requirement):
    assert unmet(module(), requirement) == []


@pytest.mark.parametrize(
    ("requirement", "wrong", "words"),
    [
        ("releases", {"releases": False}, "can't release the GIL"),
        ("multi-phase", {"declared": {"phases": "single-phase"}}, "single phase"),
        ("free-threading", {"declared": {"needs_gil": True}}, "needs the GIL"),
        ("subinterpreters", {"declared": {"interpreters": "supported"}}, "GIL of their own"),
        ("subinterpreters", {"declared": {"phases": "single-phase"}}, "GIL of their own"),
    ],
)
def test_a_module_that_does_not_meet_one_is_named(requirement, wrong, words):
    ((is_known, message),) = unmet(module("thing.bad", **wrong), requirement)

    assert is_known
    assert message.startswith("thing.bad: ") and words in message


@pytest.mark.parametrize(
    ("requirement", "unknown", "words"),
    [
        ("releases", {"releases": None}, "gilext check"),
        ("multi-phase", {"phases": None} | NOT_IMPORTED, "--import"),
        ("free-threading", NOT_IMPORTED, "--import tells, on a free-threaded build"),
        ("subinterpreters", NOT_IMPORTED, "--import"),
        ("subinterpreters", {"declared": {"interpreters": None, "error": "it hung"}}, "it hung"),
        ("releases", {"error": "it is empty"}, "it is empty"),
        ("releases", {"error": "it is empty", "is_module": False}, "it is empty"),
    ],
)
def test_what_is_not_known_is_not_met_and_says_what_would_tell(requirement, unknown, words):
    ((is_known, message),) = unmet(module(**unknown), requirement)

    assert not is_known
    assert words in message


def test_a_library_has_nothing_to_meet():
    assert unmet(module(is_module=False, releases=False), "releases") == []


def errors_of(audit, requirement):
    judged = replace(audit, findings=findings_of(audit))
    return [(one.is_known, one.message) for one in unmet_of([judged], [requirement])]


def test_an_error_of_the_rules_fails_if_there_should_be_none_and_a_note_does_not():
    bad = package(module(machines=("aarch64",), releases=False))
    ((is_known, message),) = errors_of(bad, NO_ERRORS)

    assert is_known
    assert message.startswith("GX113: ")
    assert errors_of(package(module(releases=False)), NO_ERRORS) == []


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_a_package_that_was_not_read_to_its_end_meets_nothing(requirement):
    ((is_known, message),) = errors_of(package(error="it is no zip file"), requirement)

    assert not is_known
    assert "no zip file" in message


def test_every_module_is_named_with_all_that_it_lacks():
    bad = module("thing.bad", releases=False, declared={"phases": "single-phase"})
    found = list(unmet_of([package(module(), bad), package(bad)], ["releases", "multi-phase"]))

    assert [(one.module, one.requirement) for one in found] == [
        ("thing.bad", "releases"), ("thing.bad", "multi-phase"),
    ] * 2  # fmt: skip


def test_requirements_are_a_list_with_commas():
    assert parse_requirements("releases, multi-phase,,releases") == ("releases", "multi-phase")


@pytest.mark.parametrize("text", ["", ",", "speed", "releases,speed"])
def test_a_requirement_that_is_not_known_is_an_error_that_lists_those_that_are(text):
    with pytest.raises(ValueError, match="choose from releases, multi-phase, free-threading"):
        parse_requirements(text)
