"""The command line, as a terminal sees it."""

import json
import subprocess
import sys

import pytest

import gilext
from gilext.cli import main as cli

QUICK = ["--seconds", "0.001", "--rounds", "1"]


@pytest.fixture
def run(monkeypatch, capsys):
    def run_gilext(*arguments):
        monkeypatch.setattr(sys, "argv", ["gilext", *arguments])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        captured = capsys.readouterr()
        return stopped.value.code, captured.out, captured.err

    return run_gilext


def test_compare_prints_a_table_and_a_verdict(run):
    code, out, _ = run("compare", "--way", "held", "--way", "released", *QUICK)

    assert code == 0
    assert "C, released, threads" in out
    assert "plain OS threads did" in " ".join(out.split())


def test_compare_prints_json_and_nothing_else_on_stdout(run):
    code, out, _ = run("compare", "count_primes", "--way", "held", "--json", *QUICK)

    assert code == 0
    assert [row["way"] for row in json.loads(out)["rows"]] == ["one", "held", "limit"]


def test_info_prints_json(run):
    code, out, _ = run("info", "--json")

    assert code == 0
    assert json.loads(out)["gilext_version"] == gilext.__version__


def test_info_prints_text(run):
    code, out, _ = run("info")

    assert code == 0
    assert "switch interval" in out


def test_compare_draws_a_picture(run, tmp_path):
    pytest.importorskip("matplotlib")
    target = tmp_path / "bars.svg"

    code, _, err = run("compare", "--way", "held", "--plot", str(target), *QUICK)

    assert code == 0
    assert str(target) in err
    assert target.stat().st_size > 0


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["compare", "sort"], "sort"),
        (["compare", "--way", "rust"], "--way"),
        (["compare", "--workers", "0"], "--workers"),
        (["compare", "--seconds", "0"], "--seconds"),
        (["compare", "--rounds", "x"], "--rounds"),
        (["compare", "--plot", "bars.bmp"], "--plot"),
        (["compare", "--no-such-option"], "--no-such-option"),
        (["no-such-command"], "no-such-command"),
    ],
    ids=" ".join,
)
def test_wrong_use_is_one_line_and_exit_code_2(run, arguments, named):
    code, out, err = run(*arguments)

    assert code == 2
    assert out == ""
    assert len(err.splitlines()) == 1
    assert named in err


def test_no_command_shows_the_help_and_is_wrong_use(run):
    code, out, err = run()

    assert code == 2
    assert "compare" in out + err


def test_help_and_version_are_right_use(run):
    assert run("--help")[0] == 0
    code, out, _ = run("--version")
    assert code == 0
    assert gilext.__version__ in out


def test_interrupt_ends_with_the_shells_code_for_it(run, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "compare", interrupted)

    assert run("compare", *QUICK)[0] == 130


def test_module_runs_as_the_command_does(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "gilext", "info", "--json"],
        capture_output=True, text=True, timeout=60, cwd=tmp_path, check=True,
    )  # fmt: skip

    assert json.loads(done.stdout)["gilext_version"] == gilext.__version__
