"""gilext show and gilext diff: reports of files, other files, and exit codes."""

import json

import pytest

import gilext
from gilext.recording.holds import Hold
from gilext.recording.parts import Frame, HeldStack


@pytest.fixture
def run(run, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return run


@pytest.fixture
def saved(made_up, tmp_path):
    """Save a recording of one second, by its held fraction and its pressure; return its name."""

    def save(name, held=0.25, pressure=0.1, **fields):
        stack = HeldStack(0, (Frame("orders.py", 41, "rows"),), held, pressure, 9, 0.01)
        known = {"pressure": pressure, "pressure_error": 0.01, "wait_error": 0.01}
        made_up(
            [Hold(0, held, 0)],
            wait_seconds=pressure,
            stacks=(stack,),
            **known | fields,
        ).save(tmp_path / name)
        return name

    return save


def test_show_prints_the_report_of_a_file(run, saved, tmp_path):
    code, out, err = run("show", saved("a.json"))

    assert (code, err) == (0, "")
    assert out.split() == str(gilext.load_recording(tmp_path / "a.json")).split()


def test_show_prints_json(run, saved, tmp_path):
    code, out, _ = run("show", saved("a.json"), "--json")

    assert code == 0
    assert json.loads(out) == json.loads((tmp_path / "a.json").read_text())


def test_show_writes_other_files_and_then_no_report(run, saved, tmp_path):
    code, out, err = run("show", saved("a.json"), "-o", "a.folded", "-o", "a.trace.json")

    assert (code, out, err) == (0, "", "Written: a.folded\nWritten: a.trace.json\n")
    assert (tmp_path / "a.folded").read_text() == "MainThread;rows (orders.py:41) 250000\n"
    assert json.loads((tmp_path / "a.trace.json").read_text())["traceEvents"]


def test_show_says_what_can_not_be_written(run, saved):
    name = saved("a.json", pressure=None, waits_unavailable_reason="no glibc")

    code, out, err = run("show", name, "-o", "a.waited.folded")

    assert (code, out) == (1, "")
    assert "gilext: can't write 'a.waited.folded': it is unknown for how long" in err


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        ([], 0, ""),
        (["--fail-above", "5"], 1, "gilext: the pressure grew by more than 5 points"),
        (["--fail-above", "38.5"], 1, "gilext: the pressure grew by more than 38.5 points"),
        (["--fail-above", "38.7"], 0, ""),
    ],
)
def test_diff_fails_if_the_pressure_grew_by_more_than_asked(run, saved, options, code, said):
    found, out, err = run("diff", saved("a.json"), saved("b.json", pressure=0.5), *options)

    assert (found, err.startswith(said), bool(err)) == (code, True, bool(said))
    assert out.startswith("worse: at least one thread waited for 50.0% of the time")


def test_diff_does_not_fail_if_it_is_better(run, saved):
    code, out, err = run(
        "diff", saved("a.json", pressure=0.5), saved("b.json"), "--fail-above", "0"
    )

    assert (code, err) == (0, "")
    assert out.startswith("better: ")


def test_diff_prints_json(run, saved):
    code, out, _ = run("diff", saved("a.json"), saved("b.json", held=0.75), "--json")

    assert code == 0
    assert json.loads(out)["held_fraction"]["verdict"] == "worse"


def test_unknown_share_is_not_judged_in_silence(run, saved):
    unknown = saved("a.json", pressure=None, waits_unavailable_reason="no glibc")

    code, _, err = run("diff", unknown, saved("b.json"), "--fail-above", "0")

    assert (code, err) == (0, "gilext: the pressure is unknown, so it was not judged\n")


def test_nothing_to_judge_is_wrong_use(run, saved):
    nothing = saved("a.json", pressure=None, held_fraction=None)

    code, out, err = run("diff", nothing, saved("b.json"), "--fail-above", "0")

    assert (code, out) == (2, "")
    assert "--fail-above can't be judged: held fraction and pressure are unknown" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["diff", "a.json"], "Missing argument 'AFTER'"),
        (["diff", "a.json", "no.json"], "'AFTER': can't read 'no.json': No such file or directory"),
        (["diff", "x.json", "a.json"], "'BEFORE': 'x.json' is no recording of gilext as .json: "),
        (["diff", "a.json", "a.json", "--fail-above", "nan"], "nan is not a number of percentage"),
        (["diff", "a.json", "a.json", "--fail-above", "-1"], "--fail-above"),
        (["show", "x.json"], "'FILE': 'x.json' is no recording of gilext as .json: "),
        (["show", "."], "'.' has no recording of a program whose children were watched"),
        (["show", "a.json", "-o", "a.txt"], "--output: argument 'path' must end in .html, "),
        (["show", "a.json", "-o", "no/a.html"], "argument 'path': there is no folder"),
    ],
)
def test_wrong_use_is_one_line_and_2(run, saved, tmp_path, arguments, said):
    saved("a.json")
    (tmp_path / "x.json").write_text("[]")

    code, out, err = run(*arguments)

    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
