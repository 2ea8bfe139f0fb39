"""An audit as SARIF 2.1.0, the form that code scanning takes."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from gilext.auditing.results import Finding, PackageAudit
from gilext.auditing.rules.codes import RULES, Rule
from gilext.core.version import __version__

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
# The one of the names that code scanning on GitHub goes by.
_FINGERPRINT = "primaryLocationLineHash"


def sarif_of(packages: Iterable[PackageAudit]) -> dict[str, Any]:
    """Return the findings of an audit as what ``json.dumps()`` writes as a SARIF log.

    Parameters
    ----------
    packages : iterable of PackageAudit
        What was audited.

    Returns
    -------
    dict
        One run. Its results have locations relative to where the audit ran, and fingerprints that
        are the same in each run, so that code scanning knows an alert again.
    """
    numbers = {code: index for index, code in enumerate(RULES)}
    seen: Counter[str] = Counter()
    results = [
        _result(package, finding, numbers, seen)
        for package in packages
        for finding in package.findings
    ]
    driver = {
        "name": "gilext",
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in RULES.values()],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> dict[str, Any]:
    help_text = f"{rule.sentence} {rule.repair}"
    return {
        "id": rule.code,
        "name": "".join(part.capitalize() for part in rule.name.split("-")),
        "shortDescription": {"text": rule.sentence},
        "fullDescription": {"text": rule.sentence},
        "help": {"text": help_text, "markdown": help_text},
        "defaultConfiguration": {"level": rule.severity.value},
    }


def _result(
    package: PackageAudit, finding: Finding, numbers: dict[str, int], seen: Counter[str]
) -> dict[str, Any]:
    # A binary has no lines, and code scanning shows nothing without one.
    location = {
        "artifactLocation": {"uri": _uri(package, finding.path)},
        "region": {"startLine": 1},
    }
    return {
        "ruleId": finding.code,
        "ruleIndex": numbers[finding.code],
        "level": finding.severity.value,
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {_FINGERPRINT: _fingerprint(package, finding, seen)},
    }


def _uri(package: PackageAudit, path: str | None) -> str:
    """Return where a finding is: in a wheel or a folder, below its name."""
    is_within = package.packaged is None or package.name.endswith(".whl")
    if path is None or path == package.name:
        place = package.name
    else:
        place = f"{package.name}/{path}" if is_within else path
    return quote(place.lstrip("/"))


def _fingerprint(package: PackageAudit, finding: Finding, seen: Counter[str]) -> str:
    """Return what a finding is known by: the rule, whose, where, and the how manieth of these."""
    name = package.packaged.name if package.packaged is not None else package.name
    key = "\n".join((finding.code, name, finding.path or ""))
    seen[key] += 1
    return hashlib.sha256(f"{key}\n{seen[key]}".encode()).hexdigest()
