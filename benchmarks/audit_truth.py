"""Whether an audit finds what published wheels can do and declare.

Run ``python benchmarks/audit_truth.py`` from the source tree with CPython 3.13 on Linux x86_64.
``audit_truth.toml`` has the wheels and what is true of their modules, read apart from gilext. The
wheels are downloaded by pip into ``--folder``, once. Each is audited as a file; the modules are then
imported from a folder into which pip installs them, by this interpreter and, for their wheels
without a GIL, by that of ``--free-threaded``. ``--platforms`` audits the wheels for macOS and
Windows of the same versions as well: what they can do must be what the Linux wheels can, unless the
file says why not. It prints each miss, and fails if there is one.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tomllib
from datetime import date
from functools import cache
from pathlib import Path

from packaging.utils import parse_wheel_filename

from gilext.auditing.audit import audit
from gilext.auditing.importing.declared import Wanted, declared_of
from gilext.auditing.importing.environments import interpreter_of

TRUTH = Path(__file__).with_suffix(".toml")
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet", "--no-input")
CAPABLE = ("releases", "takes_gil", "phases", "bindings", "built_for", "is_stripped", "beyond_abi")
DECLARED = {
    "declared_phases": "phases",
    "needs_gil": "needs_gil",
    "interpreters": "interpreters",
    "state_bytes": "state_bytes",
}
COLUMNS = {
    "written with": "bindings",
    "releases": "releases",
    "takes the GIL": "takes_gil",
    "phases": "phases",
    "needs the GIL, said on 3.13": "needs_gil",
    "on 3.14t": "free_threaded_needs_gil",
    "interpreters": "interpreters",
    "state, bytes": "state_bytes",
}
WORDS = {"True": "yes", "False": "no", "unknown": "not known"}
SAME_ON_PLATFORMS = ("releases", "takes_gil", "phases", "bindings")


def main():
    options = parsed()
    truth = tomllib.loads(TRUTH.read_text())
    modules = truth["module"]
    wheels = options.folder / "wheels"
    for one in modules:
        download(one["wheel"], wheels)
    rows = [*capabilities(modules, wheels), *declarations(modules, truth, options)]
    if options.free_threaded:
        rows += without_gil(modules, truth, options)
    if options.platforms:
        rows += on_platforms(truth, wheels)
    tell(rows)
    if options.table:
        options.table.write_text(table(rows, modules))
    sys.exit(any(row["expected"] != row["found"] for row in rows))


def parsed():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=CACHE / "gilext-audit-truth")
    parser.add_argument("--free-threaded", metavar="PYTHON", help="a CPython 3.14t that has gilext")
    parser.add_argument("--platforms", action="store_true")
    parser.add_argument("--table", type=Path, help="write a table in Markdown to this file")
    return parser.parse_args()


def download(name, folder):
    """Have pip download one wheel, by the tags in its name, if it isn't there."""
    path = folder / name
    if path.exists():
        return path
    project, version, _, tags = parse_wheel_filename(name)
    tag = next(iter(tags))
    is_any = tag.platform == "any"
    python = platform.python_version() if is_any else tag.interpreter.removeprefix("cp")
    command = [
        sys.executable, *PIP, "download", "--no-deps", "--only-binary", ":all:", "--dest", folder,
        "--python-version", python, "--implementation", "py" if is_any else "cp", "--abi", tag.abi,
    ]  # fmt: skip
    for one in sorted({one.platform for one in tags}):
        command += ["--platform", one]
    subprocess.run([*command, f"{project}=={version}"], check=True)
    if not path.exists():
        sys.exit(f"pip brought another file than {name}")
    return path


@cache
def audited_files(wheel):
    """Return what an audit says of each file of a wheel, by its path."""
    (package,) = audit(wheel, imports=False).packages
    return {module.path: module for module in package.modules}


def capabilities(modules, folder):
    """Return a row for each thing that the files can do or are."""
    for one in modules:
        found = audited_files(folder / one["wheel"])[one["file"]]
        for name in CAPABLE:
            if name in one:
                yield row(one, name, one[name], value(found.capable, name))


def declarations(modules, truth, options):
    """Return a row for each thing that the modules declare on this interpreter."""
    asked = [one for one in modules if "module" in one]
    folder = options.folder / "installed"
    wheels = sorted({options.folder / "wheels" / one["wheel"] for one in asked})
    install(sys.executable, wheels, truth["needed"], folder)
    found = declared(asked, folder, None)
    for one in asked:
        expected = {"declared_phases": one["phases"]} | one
        for name, attribute in DECLARED.items():
            yield row(one, name, expected[name], value(found[one["module"]], attribute))


def without_gil(modules, truth, options):
    """Return a row for each module whose wheel for builds without a GIL was imported."""
    asked = [one for one in modules if "free_threaded_wheel" in one]
    folder = options.folder / "installed-free-threaded"
    wheels = options.folder / "wheels"
    files = sorted({download(one["free_threaded_wheel"], wheels) for one in asked})
    install(options.free_threaded, files, truth["needed"], folder)
    found = declared(asked, folder, interpreter_of(options.free_threaded))
    for one in asked:
        needs_gil = value(found[one["module"]], "needs_gil")
        yield row(one, "free_threaded_needs_gil", one["free_threaded_needs_gil"], needs_gil)
        audited = audited_files(wheels / one["free_threaded_wheel"])
        (file,) = (file for file in audited.values() if file.name == one["module"])
        yield row(one, "free_threaded_built_for", "cp314t", value(file.capable, "built_for"))


def on_platforms(truth, folder):
    """Return a row for each thing that the files for other systems can do."""
    linux = {(one["project"], stem(one["file"])): one for one in truth["module"]}
    for other in truth["platform"]:
        download(other["wheel"], folder)
        one = linux[other["project"], stem(other.get("linux_file", other["file"]))]
        found = audited_files(folder / other["wheel"])[other["file"]]
        for name in SAME_ON_PLATFORMS:
            expected = other.get("differs", {}).get(name, one[name])
            yield row({**one, **other}, name, expected, value(found.capable, name))


def stem(file):
    """Return a file's path without what its name has for an interpreter or a system."""
    return file.partition(".")[0]


def install(python, wheels, needed, folder):
    """Install wheels, and what their packages import, into a folder; once."""
    done = folder / "done"
    names = json.dumps([python, *map(str, wheels), *needed])
    if not (done.exists() and done.read_text() == names):
        command = [python, *PIP, "install", "--no-deps", "--no-compile", "--upgrade"]
        subprocess.run([*command, "--target", folder, *wheels, *needed], check=True)
        done.write_text(names)


def declared(modules, folder, interpreter):
    wanted = [Wanted(one["module"]) for one in modules]
    answers = declared_of(wanted, folders=[str(folder)], interpreter=interpreter)
    return {one.name: answer for one, answer in answers}


def value(found, name):
    """Return what was found as the file writes it, or the error."""
    answer = getattr(found, name)
    if answer is None:
        error = getattr(found, "error", None)
        return f"error: {error}" if error else "unknown"
    return list(answer) if isinstance(answer, tuple) else answer


def row(one, name, expected, found):
    if name == "bindings":
        expected, found = sorted(expected), sorted(found)
    return {
        "project": f"{one['project']} {one['version']}",
        "wheel": one["wheel"],
        "file": one["file"],
        "what": name,
        "expected": expected,
        "found": found,
    }


def tell(rows):
    missed = [row for row in rows if row["expected"] != row["found"]]
    for miss in missed:
        print(f"MISS {miss['project']} {miss['file']}: {miss['what']} is {miss['expected']!r}, ",
              f"found {miss['found']!r}", sep="")  # fmt: skip
    files = {(row["wheel"], row["file"]) for row in rows}
    whole = files - {(miss["wheel"], miss["file"]) for miss in missed}
    print(f"CPython {platform.python_version()}, {date.today()}")
    for what in dict.fromkeys(row["what"] for row in rows):
        of_it = [row for row in rows if row["what"] == what]
        hits = sum(row["expected"] == row["found"] for row in of_it)
        print(f"  {what:<24} {hits} of {len(of_it)}")
    print(f"values: {len(rows) - len(missed)} of {len(rows)}")
    print(f"files: {len(whole)} of {len(files)}")


def table(rows, modules):
    """Return the values of the modules as a table of Markdown, each miss beside what is true."""
    wrong = {
        (row["wheel"], row["file"], row["what"]): f" (found: {row['found']})"
        for row in rows
        if row["expected"] != row["found"]
    }
    lines = [f"| module | {' | '.join(COLUMNS)} |", "|---" * (len(COLUMNS) + 1) + "|"]
    for one in modules:
        cells = [f"`{stem(one['file'])}` of {one['project']} {one['version']}"]
        for name in COLUMNS.values():
            miss = wrong.get((one["wheel"], one["file"], name), "")
            cells.append(cell(one.get(name, "")) + miss)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def cell(value):
    text = ", ".join(value) if isinstance(value, list) else str(value)
    return WORDS.get(text, text)


if __name__ == "__main__":
    main()
