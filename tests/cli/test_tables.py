"""gilext diff of two GIL tables: the gate of a release."""

import json

import pytest

RELEASES = {"verdict": "releases", "held": 0.05}
HOLDS = {"verdict": "holds", "held": 1.0}
UNSEEN = {"verdict": "not enough evidence", "reason": "too few", "held": None}


@pytest.fixture
def saved(made_up_table, tmp_path, monkeypatch):
    """Save a table of rows; return its name."""
    monkeypatch.chdir(tmp_path)

    def save(name, *rows):
        made_up_table(*rows).save(name)
        return name

    return save


@pytest.mark.parametrize(
    ("before", "after", "code", "said"),
    [
        ([RELEASES], [RELEASES], 0, ""),
        ([HOLDS], [RELEASES], 0, ""),
        ([RELEASES], [HOLDS], 1, "gilext: f: worse, it holds, and before it releases\n"),
        (
            [RELEASES, {"function": "g"} | HOLDS],
            [UNSEEN, {"function": "g"} | HOLDS],
            0,
            "gilext: f was not judged; after: too few\n",
        ),
        (
            [RELEASES, {"function": "g"}],
            [RELEASES],
            0,
            "gilext: g is gone, so it was not judged\n",
        ),
        (
            [RELEASES, {"function": "g"} | HOLDS],
            [HOLDS, {"function": "g"} | UNSEEN],
            1,
            "gilext: g was not judged; after: too few\n"
            "gilext: f: worse, it holds, and before it releases\n",
        ),
    ],
    ids=["same", "better", "worse", "unknown", "gone", "both"],
)
def test_gate_fails_on_worse_and_says_what_it_did_not_judge(run, saved, before, after, code, said):
    files = saved("a.json", *before), saved("b.json", *after)

    found, out, err = run("diff", *files, "--fail-on-worse")
    assert (found, err) == (code, said)
    assert out.startswith("of the verdicts of ")

    found, _, err = run("diff", *files)
    assert (found, err) == (0, "")


def test_diff_of_tables_prints_json(run, saved):
    code, out, _ = run("diff", saved("a.json", RELEASES), saved("b.json", HOLDS), "--json")

    assert code == 0
    assert json.loads(out)["rows"][0]["verdict"] == "worse"


def test_show_prints_a_table_or_writes_it_in_another_form(run, saved, tmp_path):
    saved("a.json", RELEASES)

    code, out, err = run("show", "a.json")
    assert (code, err) == (0, "")
    assert out.startswith("lib 1.0; of 1 row: releases 1\n")

    code, out, err = run("show", "a.json", "-o", "a.md", "-o", "b.json")
    assert (code, out, err) == (0, "", "Written: a.md\nWritten: b.json\n")
    assert (tmp_path / "a.md").read_text(encoding="utf-8").startswith("**lib 1.0; of 1 row")
    assert (tmp_path / "b.json").read_text() == (tmp_path / "a.json").read_text()

    code, out, err = run("show", "a.json", "-o", "no/a.md")
    assert (code, out, err) == (1, "", "gilext: can't write 'no/a.md': No such file or directory\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a.json", "u.json", "--fail-on-worse"], "can't be judged: no row has a verdict in both"),
        (["a.json", "g.json", "--fail-on-worse"], "can't be judged: no row has a verdict in both"),
        (["a.json", "r.json"], "a GIL table can't be compared with a recording"),
        (["r.json", "r.json", "--fail-on-worse"], "recordings have --fail-above"),
        (["a.json", "a.json", "--fail-above", "1"], "tables have --fail-on-worse"),
        (["a.json", "none.json"], "'AFTER': can't read 'none.json': No such file or directory"),
        (["a.json", "torn.json"], "'AFTER': 'torn.json' is no GIL table of gilext: "),
        (["a.json", "x.json"], "'AFTER': 'x.json' is no recording of gilext as .json: "),
    ],
)
def test_wrong_use_is_one_line_and_2(run, saved, made_up, tmp_path, arguments, said):
    saved("a.json", RELEASES)
    saved("u.json", UNSEEN)
    saved("g.json", {"function": "g"})
    made_up().save(tmp_path / "r.json")
    (tmp_path / "x.json").write_text("{}")
    (tmp_path / "torn.json").write_text((tmp_path / "a.json").read_text()[:-9])

    code, out, err = run("diff", *arguments)

    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_show_refuses_other_forms_of_a_table(run, saved):
    code, out, err = run("show", saved("a.json", RELEASES), "-o", "a.html")

    assert (code, out) == (2, "")
    assert "--output: a GIL table is written as .json or .md, not as 'a.html'" in err
