"""The dashboard, and the rules and alerts, in ``examples/monitoring``: of what is exported."""

import itertools
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gilext.integrations.metrics import METRICS

FOLDER = Path(__file__).parents[2] / "examples" / "monitoring"
RULES = FOLDER / "gilext.rules.yml"
DASHBOARD = FOLDER / "grafana.json"
EXPORTED = {metric.prometheus + "_total" * metric.is_counter for metric in METRICS}
COLUMNS = 24  # of Grafana's grid

needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="there is no promtool here (Debian: prometheus)"
)


def names_in(text):
    """Return the names of gilext's metrics in an expression, without those of recording rules."""
    return set(re.findall(r"(?<![:\w])gilext_\w+(?![:\w])", text))


def dashboard():
    return json.loads(DASHBOARD.read_text(encoding="utf-8"))


def expressions():
    return [target["expr"] for panel in dashboard()["panels"] for target in panel["targets"]]


def promtool(*args, **options):
    done = subprocess.run(["promtool", *args], capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("text", [RULES.read_text(encoding="utf-8"), " ".join(expressions())])
def test_every_metric_that_is_asked_for_is_exported(text):
    assert len(names_in(text)) >= 5
    assert names_in(text) <= EXPORTED


def test_names_of_metrics_are_told_from_those_of_rules():
    assert names_in("rate(gilext_a[5m]) / instance:gilext_b:ratio_rate5m") == {"gilext_a"}


def test_recorded_names_that_are_asked_for_are_recorded():
    text = RULES.read_text(encoding="utf-8")

    assert set(re.findall(r"instance:\w+:\w+", text)) == set(re.findall(r"record: (\S+)", text))


@needs_promtool
def test_rules_are_valid():
    promtool("check", "rules", RULES)


@needs_promtool
def test_alerts_fire_when_they_should_and_only_then():
    promtool("test", "rules", "gilext.test.yml", cwd=FOLDER)


@needs_promtool
def test_expressions_of_the_dashboard_parse(tmp_path):
    rules = [
        {"record": f"panel:expression:{number}", "expr": concrete(expression)}
        for number, expression in enumerate(expressions())
    ]
    file = tmp_path / "rules.yml"
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))

    promtool("check", "rules", file)


def concrete(expression):
    """Return an expression as Grafana sends it, its variables filled in."""
    filled = expression.replace("$__rate_interval", "1m").replace("$job", ".+")
    filled = filled.replace("$instance", ".+")
    assert "$" not in filled
    return filled


def test_dashboard_can_be_imported_into_any_grafana():
    board = dashboard()
    variables = [variable["name"] for variable in board["templating"]["list"]]

    assert board["uid"] and board["title"] and board["schemaVersion"] >= 36
    assert "id" not in board, "Grafana gives it one"
    assert variables == ["datasource", "job", "instance"]
    for panel in board["panels"]:
        assert panel["datasource"]["uid"] == "${datasource}", panel["title"]
        assert panel["description"] and panel["fieldConfig"]["defaults"]["unit"]
        assert [target["refId"] for target in panel["targets"]] == ["A"]


def test_panels_lie_within_the_grid_and_not_on_each_other():
    panels = dashboard()["panels"]
    places = [panel["gridPos"] for panel in panels]

    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(0 <= place["x"] <= COLUMNS - place["w"] for place in places)
    assert not [pair for pair in itertools.combinations(places, 2) if overlap(*pair)]


def overlap(one, other):
    return (
        one["x"] < other["x"] + other["w"]
        and other["x"] < one["x"] + one["w"]
        and one["y"] < other["y"] + other["h"]
        and other["y"] < one["y"] + one["h"]
    )
