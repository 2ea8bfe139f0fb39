"""The checks, as sessions: ``nox -l`` lists them, ``.ci/run`` runs them all."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import nox

nox.options.default_venv_backend = "venv"
nox.options.sessions = ["lint", "types", "warnings", "tests"]

ROOT = Path(__file__).parent
OLDEST = (3, 11)
SID = ROOT / ".ci" / "sid"
SID_VERSIONS = ("3.14", "3.15")
STRICT = [
    "-std=c11",
    "-D_GNU_SOURCE",
    "-O2",
    "-fPIC",
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Wconversion",
    "-Werror",
]
PLAIN_C = [
    "loops", "timed_loops", "meeting", "os_crew",
    "recorder", "sampler", "stand_in", "stack_log", "line_table", "safe_copy",
    "counters", "lock_order", "handovers",
]  # fmt: skip


def answer_of(python: str | Path, code: str) -> str | None:
    """Return what an interpreter prints, or None if it doesn't run."""
    try:
        done = subprocess.run(
            [python, "-I", "-c", code], capture_output=True, text=True, timeout=60, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def interpreters() -> dict[str, str]:
    """Return every CPython from 3.11 on that the machine has: its label and its path.

    One without headers or without pip, as some distributions split them off, can't build gilext.
    """
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = [Path(sys.executable), *pyenv.glob("versions/*/bin/python")]
    for folder in os.environ["PATH"].split(os.pathsep):
        candidates += [*Path(folder).glob("python3.1?"), *Path(folder).glob("python3.1?t")]
    code = (
        "import ensurepip, os, sys, sysconfig; v = sys.version_info;"
        "assert os.path.exists(sysconfig.get_path('include') + '/Python.h');"
        f"assert sys.implementation.name == 'cpython' and v >= {OLDEST};"
        "t = 't' * bool(sysconfig.get_config_var('Py_GIL_DISABLED'));"
        "print(v.major, v.minor, v.micro, sep='.', end=t + ' ' + sys.base_prefix)"
    )
    found: dict[str, str] = {}
    homes = set()
    for candidate in candidates:
        label, _, home = (answer_of(candidate, code) or "").partition(" ")
        if label and (label, home) not in homes:
            homes.add((label, home))
            name = label if label not in found else f"{label} in {home}"
            found[name] = str(candidate)
    return dict(sorted(found.items()))


INTERPRETERS = interpreters()
# The lessons run on every interpreter; what else takes long, on one.
LESSONS = "tests/lab/test_examples.py"


def install(session: nox.Session, *requirements: str) -> None:
    """Install quietly, compiling anew: an older build folder may have been made elsewhere."""
    shutil.rmtree(ROOT / "build", ignore_errors=True)
    session.install("--quiet", "--disable-pip-version-check", *requirements)


@nox.session
def lint(session: nox.Session) -> None:
    """Check the Python code's rules and layout."""
    session.install("--quiet", "ruff>=0.12")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check the package's types strictly."""
    session.install(
        "--quiet", "mypy>=1.15", "click>=8.1", "jinja2>=3.1", "rich>=13", "matplotlib>=3.8",
        "opentelemetry-api>=1.25", "prometheus-client>=0.20", "pytest",
    )  # fmt: skip
    session.run("mypy")


@nox.session(venv_backend="none")
def warnings(session: nox.Session) -> None:
    """Compile the C code with each compiler at hand; a warning is an error."""
    code = "import sysconfig; print(sysconfig.get_path('include'))"
    for compiler in ("gcc", "clang"):
        if shutil.which(compiler) is None:
            session.warn(f"{compiler} was not found")
            continue
        for label, python in INTERPRETERS.items():
            session.log(f"{compiler}, headers of {label}")
            for source in sorted(ROOT.glob("csrc/**/*.c")):
                headers = ["-isystem", answer_of(python, code) or ""]
                command = [
                    compiler,
                    *STRICT,
                    "-Icsrc",
                    *headers,
                    "-c",
                    str(source),
                    "-o",
                    os.devnull,
                ]
                session.run(*command, external=True, silent=True)


@nox.session(venv_backend="none")
@nox.parametrize("label", [nox.param(label, id=label) for label in INTERPRETERS])
def tests(session: nox.Session, label: str) -> None:
    """Run the suite, and then the lessons, on an interpreter of this machine."""
    long = [] if label == list(INTERPRETERS)[-1] else [LESSONS]
    run_suite(session, [], INTERPRETERS[label], label, long)


@nox.session(venv_backend="none")
@nox.parametrize("version", [nox.param(version, id=version) for version in SID_VERSIONS])
def sid(session: nox.Session, version: str) -> None:
    """Run the suite and the lessons on CPython from Debian sid, brought by debootstrap."""
    reason = subprocess.run([SID, "prepare"], stdout=subprocess.PIPE, text=True, check=False)
    if reason.returncode != 0:
        session.skip(reason.stdout.strip() or "Debian sid could not be brought here")
    run_suite(session, [str(SID), "run"], f"/usr/bin/python{version}", f"sid-{version}", [LESSONS])


@nox.session(venv_backend="none")
def free_threaded(session: nox.Session) -> None:
    """Run the suite on a free-threaded interpreter: nox -s free_threaded -- PYTHON [ARGS]."""
    if not session.posargs:
        session.error("name the interpreter: nox -s free_threaded -- /path/to/python3.14t")
    python = session.posargs[0]
    code = "import sysconfig; print(sysconfig.get_config_var('Py_GIL_DISABLED'))"
    if answer_of(python, code) != "1":
        session.error(f"{python} is no free-threaded interpreter")
    run_suite(session, [], python, "free-threaded", arguments=session.posargs[1:])


def run_suite(
    session: nox.Session,
    prefix: list[str],
    python: str,
    label: str,
    long: Sequence[str] = (),
    arguments: list[str] | None = None,
) -> None:
    """Install the package for an interpreter and run its tests, each command behind a prefix.

    Of what takes long, it runs the files named, or all.
    """
    environment = ROOT / ".nox" / f"suite-{label.replace('/', '-')}"
    inside = environment / "bin" / "python"
    shutil.rmtree(ROOT / "build", ignore_errors=True)
    session.run(*prefix, python, "-m", "venv", "--clear", str(environment), external=True)
    pip = [*prefix, str(inside), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    session.run(*pip, ".[test]", external=True)
    suite = session.posargs if arguments is None else arguments
    pytest = [*prefix, str(inside), "-P", "-m", "pytest"]
    session.run(*pytest, *suite, external=True)
    if not suite:
        session.run(*pytest, "-q", "-m", "slow", *long, external=True)


@nox.session
def browser(session: nox.Session) -> None:
    """Look at the page of a recording with Chromium, where it is installed."""
    missing = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    if missing:
        session.skip(f"{' and '.join(missing)} not found")
    install(session, ".[test]", "selenium>=4.20")
    session.run("python", "-P", "-m", "pytest", "-q", "tests/render/test_page.py", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site, any warning an error, and run what it shows of sessions."""
    install(session, ".[docs]")
    shutil.rmtree(ROOT / "docs" / "_build", ignore_errors=True)
    session.run("sphinx-build", "-q", "-W", "docs", "docs/_build")
    session.run("sphinx-build", "-q", "-W", "-b", "doctest", "docs", "docs/_build/doctest")


@nox.session
def bindings(session: nox.Session) -> None:
    """Build the loop with every binding tool, and judge what each does with the GIL."""
    install(session, ".[test,bindings]")
    session.run("python", "-P", "-m", "pytest", "-m", "slow", "tests/loops/test_binding_tools.py")


@nox.session
def notebook(session: nox.Session) -> None:
    """Run the notebook from top to bottom."""
    install(session, ".[test,notebook]")
    session.run(
        "python",
        "-P",
        "-m",
        "pytest",
        "-m",
        "slow or not slow",
        "tests/integrations/test_notebook.py",
    )


@nox.session
def coverage(session: nox.Session) -> None:
    """Measure how much of the Python code the suite runs."""
    install(session, ".[test]", "coverage>=7.10")
    with tempfile.TemporaryDirectory() as folder:
        session.env["COVERAGE_FILE"] = f"{folder}/coverage"
        session.run("coverage", "run", f"{session.bin}/pytest", "-q", *session.posargs)
        session.run("coverage", "combine", "--quiet")
        session.run("coverage", "report")


@nox.session
def sanitizers(session: nox.Session) -> None:
    """Run the suite with AddressSanitizer and UndefinedBehaviorSanitizer in the C code."""
    flags = "-fsanitize=address,undefined -fno-sanitize-recover=undefined -O1 -g"
    session.env["CFLAGS"] = f"{flags} -fno-omit-frame-pointer"
    session.env["LDFLAGS"] = flags
    install(session, "--no-binary", "gilext", ".[test]")
    # matplotlib throws C++ exceptions, which the sanitizer can only follow into a loaded library.
    runtimes = [
        str(session.run("gcc", f"-print-file-name={name}", external=True, silent=True)).strip()
        for name in ("libasan.so", "libstdc++.so")
    ]
    session.run(
        "python", "-P", "-m", "pytest", "-q", *session.posargs,
        env={
            "LD_PRELOAD": " ".join(runtimes),
            "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1",
            "UBSAN_OPTIONS": "print_stacktrace=1",
            "PYTHONMALLOC": "malloc",
        },
    )  # fmt: skip


@nox.session(venv_backend="none")
def plain_c(session: nox.Session) -> None:
    """Run the C tests that need no interpreter, under each sanitizer."""
    sources = [str(ROOT / "csrc" / f"{name}.c") for name in PLAIN_C]
    for checks in ("address,undefined", "thread"):
        for test in sorted(ROOT.glob("tests/csrc/test_*.c")):
            with tempfile.TemporaryDirectory() as folder:
                program = f"{folder}/{test.stem}"
                command = ["gcc", "-std=c11", "-g", "-O1", "-pthread", f"-fsanitize={checks}"]
                command += [
                    "-fno-sanitize-recover=all",
                    "-Icsrc",
                    str(test),
                    "tests/csrc/made_up_gil.c",
                ]
                command += sources
                session.run(*command, "-lm", "-o", program, external=True)
                session.run(program, external=True)


@nox.session
def package(session: nox.Session) -> None:
    """Build the source archive, a wheel from it, and use the wheel in a new environment."""
    session.install("--quiet", "build", "twine")
    with tempfile.TemporaryDirectory() as folder:
        session.run("python", "-m", "build", "--outdir", folder, silent=True)
        made = sorted(str(path) for path in Path(folder).iterdir())
        session.run("twine", "check", "--strict", *made)
        session.install("--quiet", "--force-reinstall", *(p for p in made if p.endswith(".whl")))
        session.chdir(folder)
        session.run("gilext", "info")
