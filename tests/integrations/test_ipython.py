"""The magics of ``%load_ext gilext``, in an IPython shell in a process of its own."""

import json

import pytest

pytest.importorskip("IPython")

LOAD = "%load_ext gilext"
IMPORTS = "import gilext, json; text = json.dumps(list(range(100_000)))"


@pytest.fixture
def run(run_child):
    """Run cells after the extension was loaded; return what each of them showed."""

    def run(*cells):
        given = json.dumps([LOAD, IMPORTS, *cells])
        done = run_child("ipython_cells.py", given, PYTHONWARNINGS="ignore")
        loaded, imported, *found = json.loads(done.stdout.splitlines()[-1])
        assert loaded["succeeded"]
        assert imported["succeeded"]
        return found

    return run


def test_expression_is_checked_and_shown(run):
    shown, kept, assigned = run(
        "%gil -s 0.05 gilext.hold_for(0.01)",
        "_gil.verdict",
        "checkup = %gil --seconds 0.05 gilext.release_for(0.01)",
    )

    assert shown["result"] == "Checkup"
    assert "function" in shown["stdout"]
    assert "hold_for" in shown["stdout"]
    assert "Checkup(" not in shown["stdout"]
    assert kept["succeeded"]
    assert assigned["stdout"] == ""


@pytest.mark.with_gil
@pytest.mark.parametrize(
    ("code", "function"),
    [
        ("gilext.{}(0.01)", "{}"),
        ("str(gilext.{}(0.01))", "str(gilext.{}(0.01))"),
        ("x = gilext.{}(0.01)", "x = gilext.{}(0.01)"),
        ("gilext.{}(0.005 * 2)", "gilext.{}(0.005 * 2)"),
    ],
    ids=["call", "call in a call", "statement", "call that computes its argument"],
)
def test_all_of_the_code_is_checked(run, code, function):
    names = ("hold_for", "release_for")

    found = run(
        *(
            f"v = %gil -s 0.1 {code.format(name)}\nprint(v.function, v.held_fraction, sep=';')"
            for name in names
        )
    )

    (held, by_hold), (released, by_release) = (one["stdout"].split(";") for one in found)
    assert [held, released] == [function.format(name) for name in names]
    assert float(by_hold) > float(by_release)


def test_code_is_evaluated_in_the_user_namespace_and_as_often_as_it_is_called(run):
    *_, count, again = run(
        "calls = []\ndef argument():\n    calls.append(1)\n    return 0.001",
        "c = %gil -s 0.05 gilext.release_for(argument())",
        "print(len(calls) > 1, 'c' in globals())",
        "c = %gil -s 0.01 nonsense(argument())",
    )

    assert count["stdout"].strip() == "True True"
    assert again["error"] == "NameError"


def test_keyword_that_check_has_too_goes_to_the_function(run):
    *_, seen = run(
        "seen = set()\ndef f(*, seconds):\n    seen.add(seconds)",
        "c = %gil -s 0.02 f(seconds='mine')",
        "print(seen, c.function)",
    )

    assert seen["stdout"].strip() == "{'mine'} f(seconds='mine')"


def test_text_of_the_expression_stays_as_it_is(run):
    _, check = run(
        "def f(text, *, key):\n    assert text == 'a  -s 3 {b} $c', text",
        "c = %gil -s 0.02 f('a  -s 3 {b} $c', key=\"x y\")",
    )

    assert check["succeeded"], check


def test_cell_is_watched_and_shown_below_what_it_shows(run):
    cell, names = run(
        "%%gil --stalls 0.01 -r mine\nx = gilext.hold_for(0.05)\nprint('hello')\n'last value'",
        "print(x > 0, type(mine).__name__, mine is _gil, _, mine.stall_threshold_seconds)",
    )

    assert cell["stdout"].startswith("hello\n")
    assert "'last value'" in cell["stdout"]
    assert cell["outputs"] == [["text/html", "text/plain"]]
    assert "the GIL" in cell["texts"][0]
    assert "Recording(" not in cell["texts"][0]
    assert names["stdout"].strip() == "True Recording True last value 0.01"


def test_options_of_a_watch_come_through(run):
    (cell,) = run(
        "%%gil --no-stalls --no-lines -i 0.001\nfrom IPython import get_ipython",
    )

    (text,) = cell["texts"]
    assert "stall" not in text


def test_recording_is_saved_as_each_file_that_is_asked_for(run, tmp_path):
    (cell,) = run(
        f"%%gil -o {tmp_path}/a.html --output '{tmp_path}/b c.json' -o {tmp_path}/d.xyz\n1"
    )

    assert (tmp_path / "a.html").exists()
    assert (tmp_path / "b c.json").exists()
    assert f"Written: {tmp_path}/a.html" in cell["stdout"]
    assert "can't write" in cell["stderr"]
    assert "d.xyz" in cell["stderr"]


def test_exception_of_the_cell_is_shown_once_after_the_recording(run):
    cell, after = run("%%gil -r mine\ny = 5\n1 / 0\ny = 6", "print(y, type(mine).__name__)")

    assert not cell["succeeded"]
    assert cell["error"] == "ZeroDivisionError"
    assert len(cell["texts"]) == 1
    assert cell["stdout"].count("ZeroDivisionError: division by zero") == 1
    assert "----> 2 1 / 0" in cell["stdout"]
    assert "ipython.py" not in cell["stdout"]
    assert after["stdout"].strip() == "5 Recording"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("%gil", "say what to check"),
        ("%gil_leaks", "say what to check"),
        ("%gil await x", "can't await"),
        ("%%gil\nimport asyncio\nawait asyncio.sleep(0)", "can't await"),
        ("%%gil 1 + 1\n2", "put what is to be watched below %%gil, not '1 + 1' next to it"),
        ("%gil -s no f(x)", "option seconds must be a number above 0, not 'no'"),
        ("%gil_leaks -r 2 f(x)", "argument 'rate' must be"),
        ("%gil_leaks -s 0.001 f(x)", "argument 'seconds' must be"),
        ("%%gil -i 99\n1", "argument 'interval' must be"),
        ("%gil --nonsense 1", "option --nonsense not recognized"),
    ],
    ids=[
        "no code",
        "nothing to leak",
        "await",
        "await in a cell",
        "code beside a cell",
        "no number",
        "rate out of range",
        "seconds out of range",
        "out of range",
        "unknown option",
    ],
)
def test_wrong_use_is_said_in_one_line(run, cell, said):
    (shown,) = run(cell)

    assert not shown["succeeded"]
    assert shown["error"] == "UsageError"
    assert said in shown["stderr"]
    assert "Traceback" not in shown["stdout"] + shown["stderr"]


def test_leaks_are_told(run):
    clean, _, leaking, _, awaited = run(
        "%gil_leaks -r 0.5 json.loads('[1]')",
        "kept, one = [], object()",
        "%gil_leaks --seconds 20 -t kept.append(one)",
        "async def keep(one):\n    kept.append(one)",
        "%gil_leaks --rate 0.2 keep(one)",
    )

    assert clean["result"] == leaking["result"] == "LeakReport"
    assert "loads leaks nothing in" in clean["stdout"]
    assert "leaks one reference per call to argument 1" in leaking["stdout"]
    assert "each awaited" in awaited["stdout"]
    assert "leaks one reference per call to argument 1" in awaited["stdout"]


def test_extension_is_reloaded_and_unloaded(run):
    reloaded, works, unloaded, *gone, again, works_again = run(
        "%reload_ext gilext",
        "%gil -s 0.01 1 + 1",
        "%unload_ext gilext",
        "%gil 1",
        "%%gil\n1",
        "%gil_leaks 1",
        "%load_ext gilext",
        "%gil -s 0.01 1 + 1",
    )

    assert all(one["succeeded"] for one in (reloaded, works, unloaded, again, works_again))
    assert [one["error"] for one in gone] == ["UsageError"] * 3


def test_watch_shows_its_recording_where_there_is_only_text(run):
    _, shown = run("with gilext.watch() as watched:\n    pass", "watched")

    assert "CPython" in shown["stdout"]
    assert "object at 0x" not in shown["stdout"]
