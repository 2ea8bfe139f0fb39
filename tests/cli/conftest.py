"""The command line in a process of its own, and its twin: the same program under python."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from gilext.cli.main import main

REPORT = "cores usable"


@pytest.fixture(autouse=True)
def _buffered(monkeypatch):
    """See what users see: a buffered stream may be written in another order, or too late."""
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command line in this process; return its exit code, and what it wrote on each stream."""

    def run_gilext(*arguments):
        monkeypatch.setattr(sys, "argv", ["gilext", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
        captured = capsys.readouterr()
        return stopped.value.code, captured.out, captured.err

    return run_gilext


@pytest.fixture
def gilext_command(tmp_path):
    def run(*arguments, stdin="", python=(), **options):
        options = {"cwd": tmp_path, "timeout": 100} | options
        return subprocess.run(
            [sys.executable, *python, "-m", "gilext", *arguments],
            capture_output=True, text=True, input=stdin, **options,
        )  # fmt: skip

    return run


@pytest.fixture
def twins(tmp_path, gilext_command):
    """Run a program by python and by gilext watch; what it does and says must be the same."""

    def run(*arguments, stdin="", options=(), python=()):
        plain = subprocess.run(
            [sys.executable, *python, *arguments],
            capture_output=True, text=True, timeout=100, input=stdin, cwd=tmp_path,
        )  # fmt: skip
        watched = gilext_command("watch", *options, *arguments, stdin=stdin, python=python)
        said, rest = (
            watched.stderr[: len(plain.stderr)],
            watched.stderr[len(plain.stderr) :],
        )
        assert (watched.returncode, watched.stdout, said) == (
            plain.returncode,
            plain.stdout,
            plain.stderr,
        )
        return SimpleNamespace(plain=plain, watched=watched, reports=rest.count(REPORT), rest=rest)

    return run
