"""``gilext audit``: what it prints, what it writes, and how it ends."""

import json

import pytest

from gilext import audit

NATIVE = "gilext._native"


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    """Run where no source tree is found before what is installed."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def found():
    return audit(NATIVE, imports=False)


@pytest.fixture
def read(found, monkeypatch):
    """Have the command say what was found of an installed module that wasn't imported."""
    monkeypatch.setattr("gilext.cli.audit.audit", lambda *targets, **options: found)


def test_what_is_wrong_and_what_is_known_is_printed(run):
    code, out, _ = run("audit", NATIVE, "--no-import")

    assert code == 0
    assert "1 extension module" in out
    assert "can release the GIL" in out


@pytest.mark.usefixtures("read")
def test_json_has_it_all(run):
    code, out, _ = run("audit", NATIVE, "--no-import", "--json")

    assert code == 0
    assert json.loads(out)["packages"][0]["modules"][0]["name"] == NATIVE


@pytest.mark.usefixtures("read")
def test_requirement_that_is_met_passes_and_one_that_is_unknown_fails(run):
    assert run("audit", NATIVE, "--no-import", "--require", "releases,multi-phase")[0] == 0
    code, _, err = run("audit", NATIVE, "--no-import", "--require", "free-threading")

    assert code == 1
    assert NATIVE in err and "free-threading" in err


def test_findings_are_written_for_code_scanning(run, tmp_path):
    (tmp_path / "broken.so").write_bytes(b"no binary")
    code, _, _ = run("audit", str(tmp_path), "--sarif", str(tmp_path / "found.sarif"))

    assert code == 0
    log = json.loads((tmp_path / "found.sarif").read_text())
    assert [one["ruleId"] for one in log["runs"][0]["results"]] == ["GX901"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give a TARGET"),
        (["numpy", "--environment"], "either TARGET or --environment"),
        (["--call", "1", "--require", "releases"], "about a TARGET"),
        (["--call", "1", "--cases", __file__], "cases"),
        (["x", "-o", "table.json"], "--output"),
        (["--call", "1", "-o", "table.txt"], "must end in"),
        (["no_such_package_at_all"], "no_such_package_at_all"),
        (["x", "--require", "speed"], "speed"),
        (["--call", "1 +"], "--call"),
        (["--cases", "/no/such/file.toml"], "can't be read"),
        (["--environment", "/no/such/folder"], "/no/such/folder"),
    ],
)
def test_wrong_use_is_one_line(run, arguments, said):
    code, out, err = run("audit", *arguments)

    assert code == 2 and out == ""
    assert said in err and err.count("\n") <= 3


@pytest.mark.usefixtures("read")
def test_call_is_checked_and_its_table_is_written(run, tmp_path):
    table = tmp_path / "table.json"
    code, out, _ = run("audit", NATIVE, "--no-import", "--call", "pow(3, 100)", "-o", str(table))

    assert code == 0
    assert NATIVE in out and "pow(3, 100)" in out
    assert json.loads(table.read_text())["rows"]
