"""``import gilext`` is light, complete, and clear where it can't work."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import gilext

HEAVY = ["click", "rich", "cffi", "matplotlib", "ctypes", "dataclasses", "threading", "json"]


def run_child(code, *flags, **options):
    return subprocess.run(
        [sys.executable, "-I", *flags, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        **options,
    )


def test_import_brings_in_nothing_heavy():
    code = (
        "import sys; before = set(sys.modules); import gilext;"
        f"print(*sorted((set(sys.modules) - before) & set({HEAVY!r})))"
    )

    assert run_child(code).stdout.split() == []


def test_heavy_modules_come_when_something_asks_for_them():
    code = "import sys, gilext; gilext.compare; print('dataclasses' in sys.modules)"

    assert run_child(code).stdout.strip() == "True"


@pytest.mark.parametrize("name", gilext.__all__)
def test_public_name_is_there_documented_and_listed(name):
    assert getattr(gilext, name).__doc__
    assert name in dir(gilext)


def test_function_is_not_shadowed_by_the_module_that_it_comes_from():
    code = "import gilext.comparison.comparing, gilext; print(callable(gilext.compare))"

    assert run_child(code).stdout.strip() == "True"


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = gilext.nonsense


def test_unbuilt_source_tree_says_what_to_run(tmp_path):
    shutil.copytree(
        Path(gilext.__file__).parent,
        tmp_path / "gilext",
        ignore=shutil.ignore_patterns("_native*", "__pycache__"),
    )

    done = run_child(f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import gilext", "-S")

    assert done.returncode == 1
    assert "ImportError: gilext's C extension is not built" in done.stderr
    assert "pip install ." in done.stderr


def test_other_import_error_of_the_extension_comes_through(tmp_path):
    shutil.copytree(
        Path(gilext.__file__).parent,
        tmp_path / "gilext",
        ignore=shutil.ignore_patterns("_native*", "__pycache__"),
    )
    (tmp_path / "gilext" / "_native.py").write_text("import no_such_module")

    done = run_child(f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import gilext", "-S")

    assert "ModuleNotFoundError: No module named 'no_such_module'" in done.stderr.splitlines()[-1]
