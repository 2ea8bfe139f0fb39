"""What an extension module was written with, by what each tool puts into all that it makes.

None of these texts is of a symbol's name alone: they stand in stripped release builds as well.
"""

from __future__ import annotations

from gilext.auditing.results import Binary
from gilext.auditing.static.symbols import file_name, is_of_python

# The text, and the tool that compiles it into each module. Its place in the tool's sources:
_TOOL_OF = {
    # Cython/Compiler/ModuleNode.py: the module in which Cython keeps its options.
    "cython_runtime": "Cython",
    # pybind11's detail/internals.h: the key under which modules find each other's types.
    "__pybind11_internals_v": "pybind11",
    # nanobind's src/nb_internals.cpp: the same.
    "nb_internals": "nanobind",
    # PyO3's src/panic.rs: the module of the exception that a panic becomes.
    "pyo3_runtime": "PyO3",
    # cffi's _cffi_include.h: what a module calls when it is imported; _cffi_backend has it as well.
    "_init_cffi_1_0_external_module": "cffi",
    # SWIG's Lib/python/pyrun.swg: the module with the types that modules share.
    "swig_runtime_data": "SWIG",
    # numba/core/environment.py: the mangled name of each compiled function's environment.
    "_ZN08NumbaEnv": "numba",
    # numpy's f2py/rules.py: an attribute of each module.
    "__f2py_numpy_version__": "f2py",
    # mypyc's common.py and lib-rt/static_data.c: an attribute, and a group's library.
    "__mypyc": "mypyc",
    # Pythran's types/tog.py and backend: an attribute of each module.
    "__pythran__": "Pythran",
}
MARKS = frozenset(_TOOL_OF)
_CFFI_ITSELF = "PyInit__cffi_backend"
_BOOST_PREFIXES = ("_ZN5boost6python", "_ZNK5boost6python", "boost_python", "libboost_python")


def bindings_of(binary: Binary) -> tuple[str, ...]:
    """Return what a compiled file was written with.

    Parameters
    ----------
    binary : Binary
        The file, searched for `MARKS`.

    Returns
    -------
    tuple of str
        All that was recognised; ``"C"`` alone if a file that names something of CPython's has
        nothing of any tool, and nothing for another file.
    """
    found = [tool for mark, tool in _TOOL_OF.items() if mark in binary.marks]
    if _CFFI_ITSELF in binary.exports and "cffi" in found:
        found.remove("cffi")
    names = (*binary.imports, *binary.exports, *map(file_name, binary.libraries))
    if any(name.startswith(_BOOST_PREFIXES) for name in names):
        found.append("Boost.Python")
    if not found and any(is_of_python(name) for name in names):
        found.append("C")
    return tuple(found)
