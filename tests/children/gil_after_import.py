"""Import an extension into a process without a GIL, then tell whether it has one."""

import importlib.machinery
import importlib.util
import sys
import warnings


def import_undeclared() -> None:
    """Import a module of `_testmultiphase` that says nothing about the GIL."""
    import _testmultiphase

    name = "_testmultiphase_null_slots"
    loader = importlib.machinery.ExtensionFileLoader(name, _testmultiphase.__file__)
    importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))


def import_native() -> None:
    import gilext._native  # noqa: F401


assert not sys._is_gil_enabled()
with warnings.catch_warnings():
    warnings.simplefilter("ignore", RuntimeWarning)
    {"undeclared": import_undeclared, "native": import_native}[sys.argv[1]]()
print("on" if sys._is_gil_enabled() else "off")
