"""The checks, as sessions: ``nox -l`` lists them, ``.ci/run`` runs them all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nox

ROOT = Path(__file__).parent
sys.path[:0] = [str(ROOT / ".ci"), str(ROOT / "csrc")]

from compiler_args import COMPILE_ARGS  # noqa: E402
from interpreters import answer_of, find_interpreters, headers_of  # noqa: E402

nox.options.default_venv_backend = "venv"
nox.options.sessions = ["lint", "types", "warnings", "tests"]

INTERPRETERS = find_interpreters()
DEBIAN = ROOT / ".ci" / "debian"
SID_VERSIONS = ("3.14", "3.15")
PROJECT = nox.project.load_toml("pyproject.toml")
STRICT = [*COMPILE_ARGS, "-O2", "-fPIC", "-Wpedantic", "-Wconversion", "-Werror", "-Icsrc"]
C_FILES = ("csrc/**/*.c", "tests/csrc/*.c", "examples/minimal/*.c")
HEADERS = ("csrc/**/*.h", "tests/csrc/*.h")
# The lessons run on every interpreter; what else takes long, on one.
LESSONS = "tests/lab/test_examples.py"
PYTEST = ("python", "-P", "-m", "pytest")
TWO_AT_ONCE = ("-n", "2", "-p", "no:randomly")


def files(*patterns: str) -> list[str]:
    """Return the project's files that match, relative to its folder."""
    found = [path for pattern in patterns for path in ROOT.glob(pattern)]
    return sorted(str(path.relative_to(ROOT)) for path in found)


def install(session: nox.Session, *requirements: str) -> None:
    """Install quietly, compiling anew: an older build folder may have been made elsewhere."""
    shutil.rmtree(ROOT / "build", ignore_errors=True)
    session.install("--quiet", "--disable-pip-version-check", *requirements)


def install_group(session: nox.Session, group: str) -> None:
    """Install a dependency group, with any pip: its own option for that came with 25.1."""
    install(session, *nox.project.dependency_groups(PROJECT, group))


@nox.session
def lint(session: nox.Session) -> None:
    """Check the rules and the layout of the code, the rooms' imports, and the spelling."""
    install_group(session, "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")
    session.run("clang-format", "--dry-run", "--Werror", *files(*C_FILES, *HEADERS))
    session.run("codespell")
    schema = ("check-jsonschema", "--builtin-schema")
    session.run(*schema, "vendor.github-workflows", *files(".github/workflows/*.yml"))
    session.run(*schema, "vendor.github-issue-forms", *files(".github/ISSUE_TEMPLATE/[!c]*.yml"))


@nox.session
def types(session: nox.Session) -> None:
    """Check the package's types strictly."""
    install_group(session, "types")
    session.run("mypy")


@nox.session(venv_backend="none")
def warnings(session: nox.Session) -> None:
    """Compile the C code with each compiler at hand; a warning is an error."""

    def compile_file(command: Sequence[str]) -> str:
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
        return done.stderr or f"{command} failed" * (done.returncode != 0)

    for compiler in ("gcc", "clang"):
        if shutil.which(compiler) is None:
            session.warn(f"{compiler} was not found")
            continue
        for label, python in INTERPRETERS.items():
            session.log(f"{compiler}, headers of {label}")
            start = [compiler, *STRICT, "-isystem", headers_of(python), "-o", os.devnull, "-c"]
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                commands = [[*start, file] for file in files(*C_FILES)]
                said = "".join(pool.map(compile_file, commands))
            if said:
                session.error(said)


@nox.session(venv_backend="none")
def compile_commands(session: nox.Session) -> None:
    """Write compile_commands.json, from which an editor knows how each C file is compiled."""
    start = ["cc", *COMPILE_ARGS, f"-I{ROOT / 'csrc'}", f"-I{headers_of(sys.executable)}", "-c"]
    commands = [
        {"directory": str(ROOT), "file": file, "arguments": [*start, file]}
        for file in files(*C_FILES)
    ]
    target = ROOT / "compile_commands.json"
    target.write_text(json.dumps(commands, indent=1), encoding="utf-8")
    session.log(f"{target}: {len(commands)} files")


@nox.session(venv_backend="none")
@nox.parametrize("label", [nox.param(label, id=label) for label in INTERPRETERS])
def tests(session: nox.Session, label: str) -> None:
    """Run the suite, and then the lessons, on an interpreter of this machine.

    On the last of them, the tests run one after the other, and then all that takes long.
    """
    is_last = label == list(INTERPRETERS)[-1]
    modes = ((), ()) if is_last else (TWO_AT_ONCE, [LESSONS])
    run_suite(session, [], INTERPRETERS[label], label, *modes)


@nox.session(venv_backend="none")
@nox.parametrize("version", [nox.param(version, id=version) for version in SID_VERSIONS])
def sid(session: nox.Session, version: str) -> None:
    """Run the suite and the lessons on CPython from Debian sid, brought by debootstrap."""
    run = brought_by_debootstrap(session, "sid")
    run_suite(session, run, f"/usr/bin/python{version}", f"sid-{version}", TWO_AT_ONCE, [LESSONS])


@nox.session(venv_backend="none")
def old_glibc(session: nox.Session) -> None:
    """Run the suite on Debian 11, whose glibc 2.31 still has its threads in other libraries."""
    run = brought_by_debootstrap(session, "bullseye")
    run_suite(session, run, "/opt/python/bin/python3.11", "bullseye", arguments=[*TWO_AT_ONCE])


def brought_by_debootstrap(session: nox.Session, release: str) -> list[str]:
    """Return what runs a command in a folder with a Debian release, or skip the session."""
    prepare = [DEBIAN, release, "prepare"]
    reason = subprocess.run(prepare, stdout=subprocess.PIPE, text=True, check=False)
    if reason.returncode != 0:
        session.skip(reason.stdout.strip() or f"Debian {release} could not be brought here")
    return [str(DEBIAN), release, "run"]


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
    mode: Sequence[str] = (),
    long: Sequence[str] = (),
    arguments: list[str] | None = None,
) -> None:
    """Install the package for an interpreter and run its tests, each command behind a prefix.

    Of what takes long, it runs the files named, or all. If arguments are given, they take the
    place of both.
    """
    environment = ROOT / ".nox" / f"suite-{label.replace('/', '-')}"
    inside = environment / "bin" / "python"
    shutil.rmtree(ROOT / "build", ignore_errors=True)
    session.run(*prefix, python, "-m", "venv", "--clear", str(environment), external=True)
    pip = [*prefix, str(inside), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    session.run(*pip, ".[test]", external=True)
    pytest = [*prefix, str(inside), *PYTEST[1:]]
    chosen = session.posargs if arguments is None else arguments
    session.run(*pytest, *(chosen or mode), external=True)
    if not chosen:
        session.run(*pytest, "-q", "-m", "slow", *long, external=True)


@nox.session
def shuffled(session: nox.Session) -> None:
    """Run the suite in random order, two tests at a time; the seed is printed."""
    install(session, ".[test]", "pytest-randomly>=3.16")
    session.run(*PYTEST, "-n", "2", *session.posargs)


@nox.session
def minimal(session: nox.Session) -> None:
    """Build the example to copy by itself, and run its test."""
    install(session, ".")
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(ROOT / "examples" / "minimal", Path(folder) / "minimal")
        install(session, f"{copy}[test]")
        session.chdir(copy)
        session.run(*PYTEST)


@nox.session
def bench(session: nox.Session) -> None:
    """Run benchmarks by name, on a quiet machine: nox -s bench -- accuracy stalls."""
    install(session, ".[benchmark]")
    for name in session.posargs:
        session.run("python", "-P", f"benchmarks/{name}.py")


@nox.session
def browser(session: nox.Session) -> None:
    """Look at the page of a recording with Chromium, where it is installed."""
    missing = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    if missing:
        session.skip(f"{' and '.join(missing)} not found")
    install(session, ".[test]", "selenium>=4.20")
    session.run(*PYTEST, "-q", "tests/render/test_page.py", *session.posargs)


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
    session.run(*PYTEST, "-m", "slow", "tests/loops/test_binding_tools.py")


@nox.session
def notebook(session: nox.Session) -> None:
    """Run the notebook from top to bottom."""
    install(session, ".[test,notebook]")
    session.run(*PYTEST, "-m", "slow or not slow", "tests/integrations/test_notebook.py")


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
        *PYTEST, "-q", "--ignore=tests/csrc", *session.posargs,
        env={
            "LD_PRELOAD": " ".join(runtimes),
            "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1",
            "UBSAN_OPTIONS": "print_stacktrace=1",
            "PYTHONMALLOC": "malloc",
        },
    )  # fmt: skip


@nox.session
def plain_c(session: nox.Session) -> None:
    """Run the C tests, which need no interpreter, under each sanitizer."""
    session.install("--quiet", "pytest>=8", "pytest-timeout>=2.3")
    for checks in ("address,undefined", "thread"):
        flags = f"-fsanitize={checks}"
        session.run(
            *PYTEST, "-q", "--noconftest", "tests/csrc/test_programs.py", *session.posargs,
            env={"CFLAGS": f"{flags} -fno-sanitize-recover=all", "LDFLAGS": flags},
        )  # fmt: skip


@nox.session
def package(session: nox.Session) -> None:
    """Build the source archive, a wheel from it, and run the archive's tests with the wheel."""
    session.install("--quiet", "build", "twine")
    with tempfile.TemporaryDirectory() as folder:
        session.run("python", "-m", "build", "--outdir", folder, silent=True)
        (wheel,), (archive,) = Path(folder).glob("*.whl"), Path(folder).glob("*.tar.gz")
        session.run("twine", "check", "--strict", str(wheel), str(archive))
        session.install("--quiet", "--force-reinstall", f"{wheel}[test]")
        shutil.unpack_archive(archive, folder, filter="data")
        session.chdir(archive.with_name(archive.name.removesuffix(".tar.gz")))
        session.run("gilext", "info")
        session.run(*PYTEST, "-q", *TWO_AT_ONCE[:2], *session.posargs)
