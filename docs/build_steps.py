"""Type what the pages of "Build it" say, in folders of its own, and keep what came of it.

``python docs/build_steps.py`` does so for each page, names choose some, and the site shows what is
kept in ``docs/results/build``. `Workshop` is what the tests type with. Run it on a quiet machine.
"""

import argparse
import datetime
import json
import os
import re
import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path

import gilext
from gilext.course.outcomes import run_child

DOCS = Path(__file__).parent
PAGES = DOCS / "course" / "build"
KEPT = DOCS / "results" / "build"
STEPS = DOCS.parent / "examples" / "build"
SECONDS = 60

# A shell that was started in the background has taught its children to ignore Ctrl-C.
START = """import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp("bash", ["bash", "-c", sys.argv[1]])
"""


def steps():
    """Return the names of the steps, in order."""
    return sorted(path.name for path in STEPS.iterdir() if re.match(r"\d\d_", path.name))


def typed_on(name):
    """Return what the page of a step tells to type: a list of commands for each block."""
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```console\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return [re.findall(r"^\$ (.+)$", block, re.MULTILINE) for block in blocks]


def expected_on(name):
    """Return what the page says of its blocks: a regular expression for each of their numbers."""
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    said = re.findall(r"^```{said} (\d+)\n:says: (.+)\n```$", page, re.MULTILINE)
    return {int(number): says for number, says in said}


def says(text, expected):
    """Return whether a text has what is expected, any number of spaces and lines counting as one."""
    return re.search(expected, " ".join(text.split())) is not None


class Workshop:
    """A copy of the steps, and an environment with this interpreter's packages to install into."""

    def __init__(self, folder):
        self.steps = shutil.copytree(
            STEPS, folder / "steps", ignore=shutil.ignore_patterns("build", "*.so", "*.egg-info")
        )
        environment = folder / "environment"
        made = run_child([sys.executable, "-m", "venv", "--without-pip", environment], folder, 60)
        if made.how != "ended":
            raise RuntimeError(made.stderr)
        self.programs = environment / "bin"
        self._give_packages(environment)
        self._write_program("gilext", "-m gilext")
        self._write_program("pytest", "-m pytest" + _plugin_by_hand())
        # The same as on the page, without fetching setuptools anew each time.
        self._write_program(
            "pip", "-m pip --quiet --disable-pip-version-check", "--no-build-isolation"
        )

    def _give_packages(self, environment):
        own = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
        paths = [str(Path(gilext.__file__).parents[1]), *sorted(own)]
        (site_packages,) = environment.glob("lib/python*/site-packages")
        (site_packages / "of_the_tests.pth").write_text("\n".join(paths), encoding="utf-8")

    def _write_program(self, name, before, after=""):
        program = self.programs / name
        text = f'#!/bin/sh\nexec "{self.programs}/python" {before} "$@" {after}\n'
        program.write_text(text, encoding="utf-8")
        program.chmod(0o755)

    def type(self, name, commands):
        """Run the commands of one block in the folder of a step; return how they ended."""
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith("PYTHON")
        }
        environment["PATH"] = f"{self.programs}{os.pathsep}{environment['PATH']}"
        environment |= {"COLUMNS": "90", "CFLAGS": "-Wall -Wextra -Werror"}
        script = "\n".join(["exec 2>&1", *commands])
        return run_child(
            [sys.executable, "-c", START, script], self.steps / name, SECONDS, environment
        )


def _plugin_by_hand():
    """Return the option for pytest if gilext isn't installed, so that its plugin isn't found."""
    from importlib.metadata import entry_points

    found = any(one.name == "gilext" for one in entry_points(group="pytest11"))
    return "" if found else " -p gilext.integrations.pytest"


def record(workshop, name):
    """Keep what each block of a step's page says here."""
    said = []
    for commands in typed_on(name):
        outcome = workshop.type(name, commands)
        said.append({"typed": commands, "code": outcome.returncode, "said": outcome.stdout})
        print(name, commands, outcome.how)
    kept = {
        "date": datetime.date.today().isoformat(),
        "environment": gilext.info().to_dict(),
        "blocks": said,
    }
    KEPT.mkdir(exist_ok=True)
    text = json.dumps(kept, indent=1, ensure_ascii=False) + "\n"
    (KEPT / f"{name}.json").write_text(text, encoding="utf-8")


def main():
    """Record the steps that were asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*steps(), []])
    names = parser.parse_args().names or steps()
    with tempfile.TemporaryDirectory() as folder:
        workshop = Workshop(Path(folder))
        for name in names:
            record(workshop, name)


if __name__ == "__main__":
    main()
