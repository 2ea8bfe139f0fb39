"""gilext check calls other people's functions."""

import json

import pytest

ODD = """
import os, sys, time
def raises(): raise ValueError("mine")
def exits(): sys.exit(3)
def exits_well(): sys.exit()
def ends(): raise EOFError
def prints():
    print("from python")
    os.write(1, b"from below")
    time.sleep(0.001)
def silences(): sys.stdout = None; time.sleep(0.001)
number = 3
"""


@pytest.fixture(autouse=True)
def odd(tmp_path):
    (tmp_path / "odd.py").write_text(ODD)
    (tmp_path / "leaves.py").write_text("raise SystemExit(0)")
    (tmp_path / "wrong.py").write_text("def f(:")


def test_function_has_its_arguments(gilext_command):
    done = gilext_command(
        "check", "time:sleep", "--arg", " 1e-3 * 2\n", "--seconds", "0.2", "--json"
    )

    assert json.loads(done.stdout)["function"] == "sleep"


@pytest.mark.parametrize("call", ["f(.002)", "x = 1\nf(.002)"], ids=["one line", "two"])
def test_expression_is_called_after_its_setup(gilext_command, call):
    done = gilext_command(
        "check", "--setup", "from gilext import release_for as f", "--call", call,
        "--seconds", "0.1",
    )  # fmt: skip

    assert done.returncode == 0
    assert "verdict" in done.stdout


@pytest.mark.parametrize("function", ["prints", "silences"])
def test_stdout_has_the_result_alone(gilext_command, function):
    done = gilext_command("check", f"odd:{function}", "--seconds", "0.05", "--json")

    assert json.loads(done.stdout)["function"] == function
    assert ("from python" in done.stderr, "from below" in done.stderr) == (
        (True, True) if function == "prints" else (False, False)
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["odd:raises"], "odd:raises raised ValueError: mine"),
        (["odd:exits"], "odd:exits raised SystemExit: 3"),
        (["odd:exits_well"], "odd:exits_well raised SystemExit"),
        (["odd:ends"], "odd:ends raised EOFError"),
        (["leaves:f"], "leaves raised SystemExit: 0"),
        (["math:sqrt", "--arg", "1/0"], "--arg '1/0' raised ZeroDivisionError"),
        (["--setup", "exit()", "--call", "1"], "--setup raised SystemExit"),
        (["--call", "nonsense"], "--call raised NameError"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_the_code_raises_is_an_error_that_says_so(gilext_command, arguments, said):
    done = gilext_command("check", *arguments)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"gilext: {said}")
    assert "gilext/" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["time"],
        ["time:nonsense"],
        ["time:."],
        ["no_such_module:f"],
        ["..:f"],
        [".os:getpid"],
        [":"],
        ["wrong:f"],
        ["odd:number"],
        ["time:sleep", "--arg", "1 +"],
        ["time:sleep", "--arg", "1", "--seconds", "nan"],
        ["time:sleep", "--arg", "1", "--seconds", "inf"],
        ["--call", "f("],
        ["--call", "# nothing"],
        ["--setup", "x =", "--call", "1"],
        ["time:sleep", "--call", "f()"],
    ],
    ids=" ".join,
)
def test_wrong_use_is_one_line_and_exit_code_2(gilext_command, arguments):
    done = gilext_command("check", *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
