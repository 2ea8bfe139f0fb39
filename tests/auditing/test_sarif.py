"""A SARIF log has what SARIF 2.1.0 and code scanning ask of it."""

import json
import re
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from audits import module, package

from gilext.auditing.rules.codes import RULES, finding
from gilext.auditing.rules.linter import findings_of
from gilext.auditing.rules.sarif import sarif_of

NAME = "thing-1.0-cp313-cp313-manylinux_2_28_x86_64.whl"


def judged(audit):
    return replace(audit, findings=findings_of(audit))


@pytest.fixture
def wrong():
    bad = module(declared={"needs_gil": True}, releases=False)
    return judged(package(bad, module("thing.other", error="empty"), name=NAME))


def run_of(*audits):
    log = json.loads(json.dumps(sarif_of(audits)))
    assert (log["version"], log["$schema"][-23:]) == ("2.1.0", "sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    return run


def test_each_finding_is_a_result(wrong):
    run = run_of(wrong)
    rules = run["tool"]["driver"]["rules"]

    assert [one["ruleId"] for one in run["results"]] == [one.code for one in wrong.findings]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]


def test_each_rule_says_why_and_how_to_repair_and_links_nowhere():
    rules = run_of()["tool"]["driver"]["rules"]

    assert [one["id"] for one in rules] == list(RULES)
    for one in rules:
        assert re.fullmatch("[A-Z][A-Za-z]+", one["name"])
        assert one["help"]["text"].startswith(one["fullDescription"]["text"])
        assert len(one["help"]["text"]) > len(one["fullDescription"]["text"])
        assert "helpUri" not in one


def test_an_audit_without_findings_is_a_run_without_results():
    assert run_of(package())["results"] == []


def locations(audit):
    return [
        one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for one in run_of(audit)["results"]
    ]


def test_locations_are_relative_and_below_the_wheel(wrong):
    assert locations(wrong) == [
        f"{NAME}/thing/other.cpython-313-x86_64-linux-gnu.so",
        f"{NAME}/thing/fast.cpython-313-x86_64-linux-gnu.so",
    ]


@pytest.mark.parametrize(
    ("name", "path", "tags", "uri"),
    [
        ("numpy", "numpy/a.so", ("cp313-cp313-any",), "numpy/a.so"),
        ("numpy", None, ("cp313-cp313-any",), "numpy"),
        ("build/lib", "a.so", None, "build/lib/a.so"),
        ("a.so", "a.so", None, "a.so"),
        ("/home/me/build", "a b%.so", None, "home/me/build/a%20b%25.so"),
        ("C:\\lib", "a.so", None, "C%3A%5Clib/a.so"),
    ],
)
def test_a_location_is_an_uri_of_no_place_outside(name, path, tags, uri):
    audit = replace(package(name=name, tags=tags), findings=(finding("GX901", "no", path),))

    assert locations(audit) == [uri]
    assert urlsplit(uri)[:2] == ("", "") and not uri.startswith("/")


def fingerprints(audit):
    return [
        one["partialFingerprints"]["primaryLocationLineHash"] for one in run_of(audit)["results"]
    ]


def test_fingerprints_are_those_of_the_run_before(wrong):
    assert fingerprints(wrong) == fingerprints(wrong)
    assert len(set(fingerprints(wrong))) == len(wrong.findings)


def test_two_findings_of_a_rule_on_a_file_are_told_apart():
    twice = (finding("GX902", "one", "a.so"), finding("GX902", "two", "a.so"))

    assert len(set(fingerprints(replace(package(), findings=twice)))) == 2


def test_a_new_release_keeps_the_fingerprint(wrong):
    later = replace(wrong, name=NAME.replace("1.0", "2.0"))

    assert fingerprints(later) == fingerprints(wrong)
