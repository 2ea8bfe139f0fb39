"""Audits of packages that nobody has made."""

from gilext.auditing.results import Capable, Declared, ModuleAudit, PackageAudit, Packaged
from gilext.auditing.targets.binary_names import abi_of_name

_CAPABLE = {
    "form": "ELF", "machines": ("x86_64",), "is_stripped": True, "built_for": None,
    "bindings": ("C",), "phases": "multi-phase", "releases": True, "releases_through": (),
    "takes_gil": False, "sets_gil": False, "locks": (), "borrowed": (), "beyond_abi": (),
}  # fmt: skip
_DECLARED = {
    "phases": "multi-phase", "gil": "declares Py_MOD_GIL_NOT_USED", "needs_gil": False,
    "interpreters": "per-interpreter GIL", "state_bytes": 8, "methods": (), "chain": (),
    "importer": None,
}  # fmt: skip
_PACKAGED = {
    "name": "thing", "version": "1.0", "requires_python": None, "classifiers": (),
    "tags": ("cp313-cp313-manylinux_2_28_x86_64",),
}  # fmt: skip
SUFFIX = "cpython-313-x86_64-linux-gnu.so"
FREE_THREADING = "Programming Language :: Python :: Free Threading"


def module(name="thing.fast", *, suffix=SUFFIX, path=None, is_module=True, error=None, **said):
    """Return a module that there is nothing to say against but what is given.

    `declared` is a dict of what it declares, or None if it wasn't imported; all else is of
    `Capable`.
    """
    declared = said.pop("declared", {})
    path = path or f"{name.replace('.', '/')}.{suffix}"
    capable = None if error else Capable(**_CAPABLE | {"built_for": abi_of_name(path)} | said)
    return ModuleAudit(
        name, path, is_module, capable,
        None if declared is None or error else Declared(**_DECLARED | declared), error,
    )  # fmt: skip


def package(*modules, name="thing", error=None, **packaged):
    """Return a package of modules; what is given else is of `Packaged`."""
    said = None if packaged.get("tags", ()) is None else Packaged(**_PACKAGED | packaged)
    return PackageAudit(name, said, modules or (module(),), (), error)
