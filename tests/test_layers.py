"""The house has floors: a module imports only what stands on its own floor or below."""

import ast
from pathlib import Path

import pytest

import gilext

PACKAGE = Path(gilext.__file__).parent

FLOORS = [
    {"_native", "_cffi_loops", "python_loops"},
    {"bindings", "loops", "shift", "worker", "crew"},
    {
        "results",
        "environment",
        "ways",
        "comparison",
        "holds",
        "recording",
        "thread_names",
        "watching",
        "monitoring",
        "checkup",
    },
    {"refs", "collection", "leaks", "lab", "testing", "programs", "live"},
    {"render", "exporters"},
    {"cli", "__main__", "pytest_plugin", "pytest_watching"},
]


def floor_of(module):
    return next(level for level, names in enumerate(FLOORS) if module in names)


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "gilext" and len(parts) > 1 and is_module(parts[1]):
                yield parts[1]


def is_module(name):
    """Return whether a name of the package is a module's, not a function's or a class's."""
    return (PACKAGE / f"{name}.py").exists() or (PACKAGE / name).is_dir() or name in FLOORS[0]


MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module_imports_nothing_from_a_higher_floor(path):
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")

    for imported in imports_of(path):
        assert floor_of(imported) <= floor_of(own), f"{own} imports {imported}"
