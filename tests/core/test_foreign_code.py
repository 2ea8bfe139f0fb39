"""Code that others give as text: what runs when, and who is blamed."""

import pytest

from gilext.core.foreign_code import ForeignCodeFailed, compiled_call, failing_as


def test_nothing_runs_before_it_is_prepared(capsys):
    call = compiled_call("print('setup')", "print('call')")
    assert capsys.readouterr().out == ""

    function = call.prepare("the setup")
    assert capsys.readouterr().out == "setup\n"

    function()
    assert capsys.readouterr().out == "call\n"


def test_names_are_known_to_setup_and_call():
    seen = []
    names = {"size": 3, "seen": seen}
    call = compiled_call("data = bytes(size)", "seen.append((data,  size))")

    function = call.prepare("the setup", names)
    function()

    assert seen == [(bytes(3), 3)]
    assert function.__qualname__ == "seen.append((data, size))"
    assert names == {"size": 3, "seen": seen}


@pytest.mark.parametrize(
    ("setup", "expression", "said"),
    [
        ("", "f(", "not Python code: '\\(' was never closed"),
        ("x =", "f()", "not Python code: invalid syntax"),
        ("", "# nothing", "there is nothing to call"),
        ("", "f\0", "source code string cannot contain null bytes"),
    ],
    ids=["call", "setup", "nothing", "null"],
)
def test_what_is_no_code_is_refused(setup, expression, said):
    with pytest.raises(ValueError, match=said):
        compiled_call(setup, expression)


def test_who_raised_is_blamed_with_their_lines_and_none_of_ours():
    call = compiled_call("def f():\n    raise SystemExit(3)\nf()", "f()")

    with pytest.raises(ForeignCodeFailed) as caught:
        call.prepare("--setup")

    assert str(caught.value).startswith("--setup raised SystemExit: 3\n")
    assert "in f" in str(caught.value)
    assert "foreign_code" not in str(caught.value)


@pytest.mark.parametrize("passing", [KeyboardInterrupt, LookupError])
def test_what_may_pass_passes(passing):
    with pytest.raises(passing), failing_as("it", (passing,)):
        raise passing
