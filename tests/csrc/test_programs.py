"""The C tests, which need no interpreter: each is a program that ends with 0 if it holds.

``CC``, ``CFLAGS`` and ``LDFLAGS`` mean what they mean to make: ``nox -s plain_c`` gives the
sanitizers so.
"""

import fcntl
import os
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CSRC = HERE.parents[1] / "csrc"
INCLUDE = re.compile(r'^\s*#\s*include\s+["<](.+)[">]', re.MULTILINE)
COMPILER = shlex.split(os.environ.get("CC", "cc"))
COMPILE_ARGS = [
    "-std=c11", "-D_GNU_SOURCE", "-O1", "-g", "-pthread", f"-I{CSRC}",
    *shlex.split(os.environ.get("CFLAGS", "")),
]  # fmt: skip
LINK_ARGS = [*shlex.split(os.environ.get("LDFLAGS", "")), "-pthread", "-lm"]
TIMEOUT_SECONDS = 100

pytestmark = pytest.mark.skipif(
    shutil.which(COMPILER[0]) is None, reason=f"there is no C compiler {COMPILER[0]} here"
)


def needs_python(file: Path) -> bool:
    """Return whether a C file includes Python.h, itself or through a header of this project."""
    included = INCLUDE.findall(file.read_text(encoding="utf-8"))
    headers = [CSRC / name for name in included if (CSRC / name).exists()]
    return "Python.h" in included or any(needs_python(header) for header in headers)


def run(command: list[str | Path]) -> None:
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, process_group=0
    )
    try:
        said, _ = child.communicate(timeout=TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)  # what it has forked may be what hangs
        raise
    assert child.returncode == 0, f"{said}\n{shlex.join(map(str, command))}"


def compile_library(folder: Path) -> Path:
    """Compile every C file that knows no Python, and what the tests share, into one archive."""
    shared = [file for file in HERE.glob("*.c") if not file.name.startswith("test_")]
    sources = [file for file in sorted(CSRC.rglob("*.c")) if not needs_python(file)] + shared
    objects = [folder / f"{source.parent.name}-{source.stem}.o" for source in sources]

    def compile_file(source: Path, target: Path) -> None:
        run([*COMPILER, *COMPILE_ARGS, "-c", source, "-o", target])

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(compile_file, sources, objects))
    archive = folder / "libgilext.a"
    run(["ar", "rcs", archive, *objects])
    return archive


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile the library, once for all processes that pytest-xdist runs the tests in."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "c_library"
    folder.mkdir(exist_ok=True)
    with locked(folder / "lock"):
        archive = folder / "libgilext.a"
        return archive if archive.exists() else compile_library(folder)


@pytest.mark.slow
@pytest.mark.parametrize(
    "source", sorted(HERE.glob("test_*.c")), ids=lambda source: source.stem.removeprefix("test_")
)
def test_program(source: Path, library: Path, tmp_path: Path) -> None:
    program = tmp_path / source.stem
    run([*COMPILER, *COMPILE_ARGS, source, library, *LINK_ARGS, "-o", program])
    run([program])
