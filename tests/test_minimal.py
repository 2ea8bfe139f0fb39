"""examples/minimal: the folder to copy builds by itself, without a warning, and passes its tests."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MINIMAL = Path(__file__).parents[1] / "examples" / "minimal"
STRICT = "-Wall -Wextra -Wpedantic -Werror"


def run(folder: Path, *command: str, **variables: str) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the folder to where nothing else is, and build the extension there."""
    if sys.platform == "win32":
        pytest.skip("the compiler's flags are those of gcc and clang")
    folder = tmp_path_factory.mktemp("elsewhere") / "minimal"
    shutil.copytree(MINIMAL, folder, ignore=shutil.ignore_patterns("build", "*.so", "__pycache__"))
    run(folder, "setup.py", "--quiet", "build_ext", "--inplace", CFLAGS=STRICT)
    return folder


def test_the_folder_to_copy_passes_its_own_tests(built: Path) -> None:
    said = run(built, "-m", "pytest", "-q", "-p", "no:cacheprovider", PYTHONPATH=str(built))
    assert "5 passed" in said or "4 passed, 1 skipped" in said


def test_it_is_one_short_file_that_needs_nothing_of_gilext() -> None:
    lines = (MINIMAL / "minimal.c").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 90
    included = [line for line in lines if line.startswith("#include")]
    assert included == ["#include <Python.h>", "#include <stdint.h>"]


@pytest.mark.parametrize("mode", ["held", "released"])
def test_its_functions_are_there_with_a_signature(built: Path, mode: str) -> None:
    code = f"import inspect, minimal; print(inspect.signature(minimal.spin_{mode}))"
    assert run(built, "-c", code) == "(iterations, /)\n"
