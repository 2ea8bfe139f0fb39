"""What an audit finds: of one binary, of one module, of one package."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters, the worst first."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the rules of the audit have to say.

    Attributes
    ----------
    code : str
        The rule: ``"GX101"``. Its page in the documentation says why, and how to repair it.
    severity : Severity
        How much it matters.
    message : str
        What is wrong, in one sentence.
    path : str or None
        The file that it is about, relative to the target; None if it is about the package.
    """

    code: str
    severity: Severity
    message: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Binary:
    """What a file's headers and symbol tables say. Nothing in it is run.

    Attributes
    ----------
    form : str
        ``"ELF"``, ``"Mach-O"`` or ``"PE"``.
    machines : tuple of str
        The processors that it is for: ``("x86_64",)``; a universal Mach-O has two.
    imports : tuple of str
        The functions and variables that it takes from elsewhere, sorted, without the underscore
        that Mach-O puts before each. Of a universal Mach-O, those of all its parts.
    exports : tuple of str
        The names that others may take from it, sorted.
    libraries : tuple of str
        The libraries that it names: ``"libc.so.6"``, ``"python313.dll"``.
    is_stripped : bool or None
        Whether the table of its local symbols is gone; None for PE, which never has one.
    marks : frozenset of str
        Which of the byte strings that were looked for it contains.
    """

    form: str
    machines: tuple[str, ...]
    imports: tuple[str, ...]
    exports: tuple[str, ...]
    libraries: tuple[str, ...]
    is_stripped: bool | None
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Capable:
    """What a binary could do, by the names that it refers to.

    Attributes
    ----------
    form, machines, is_stripped
        As of `Binary`.
    built_for : str or None
        The CPython that it was built for, as a wheel's ABI tag: ``"cp313"``, ``"cp314t"``,
        ``"abi3"``, ``"abi3t"``; None if nothing says so.
    bindings : tuple of str
        What it was written with: ``"Cython"``, ``"pybind11"``, …, or ``"C"`` if nothing else was
        recognised; empty for a library that names nothing of CPython's.
    phases : str or None
        ``"multi-phase"``, ``"single-phase"``, or None if its references don't tell.
    releases : bool or None
        Whether it refers to what releases the GIL (`PyEval_SaveThread`), itself or through a
        library of the same target. False: its own code can't. None: it, or such a library, may
        look the name up as it runs, or the library can't be read.
    releases_through : tuple of str
        The libraries of the target that do so for it.
    takes_gil : bool
        Whether it may take the GIL in a thread that has none: `PyGILState_Ensure`, 3.15's
        `PyThreadState_Ensure`.
    sets_gil : bool
        Whether it refers to `PyUnstable_Module_SetGIL`.
    locks : tuple of str
        What it refers to of CPython's own locks: ``"PyMutex"``, ``"critical sections"``.
    borrowed : tuple of str
        The functions it refers to that return borrowed references, which another thread may free
        on a free-threaded build.
    beyond_abi : tuple of str
        If it says that it is of the stable ABI: the functions of CPython that it refers to and
        that aren't of it.
    abi_since : tuple of (str, str)
        If it says so: what it refers to that came into the stable ABI after 3.2, and with which
        version: ``("PyType_GetModule", "3.10")``.
    thread_names : tuple of str
        What it refers to of CPython's functions for the GIL, thread states and locks.
    """

    form: str
    machines: tuple[str, ...]
    is_stripped: bool | None
    built_for: str | None
    bindings: tuple[str, ...]
    phases: str | None
    releases: bool | None
    releases_through: tuple[str, ...]
    takes_gil: bool
    sets_gil: bool
    locks: tuple[str, ...]
    borrowed: tuple[str, ...]
    beyond_abi: tuple[str, ...]
    abi_since: tuple[tuple[str, str], ...] = ()
    thread_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Declared:
    """What a module says of itself once it is imported, in a process of its own.

    Attributes
    ----------
    phases : str or None
        ``"multi-phase"`` or ``"single-phase"``; None if it can't be told.
    gil : str
        What it does about the GIL, in words.
    needs_gil : bool or None
        Whether a free-threaded build switches its GIL on for it; None if that can't be told here.
    interpreters : str or None
        ``"not supported"``, ``"supported"`` or ``"per-interpreter GIL"``, as
        `Py_mod_multiple_interpreters` has it; ``"undeclared"`` if a multi-phase module has no such
        slot, which CPython takes for ``"supported"``; a single-phase module, which can't have one,
        is ``"not supported"`` to CPython; None if it can't be told.
    state_bytes : int or None
        The size of its module state; -1 if it says that it has state which is global.
    methods : tuple of str
        The functions of its definition.
    chain : tuple of str
        The modules through which it was imported, the outermost first, itself last.
    importer : str or None
        The line that imports it, ``"package/__init__.py:3"``; None if it was imported by its own
        name, or by C code.
    error : str or None
        Why its import failed: an exception, a crash, a hang. What was seen of it before is told
        all the same.
    network_cut : bool
        Whether the kernel had cut the process off the network. If not, only what Python code did
        there was refused.
    """

    phases: str | None
    gil: str
    needs_gil: bool | None
    interpreters: str | None
    state_bytes: int | None
    methods: tuple[str, ...]
    chain: tuple[str, ...]
    importer: str | None
    error: str | None = None
    network_cut: bool = False


@dataclass(frozen=True, slots=True)
class ModuleAudit:
    """One compiled file.

    Attributes
    ----------
    name : str
        The module's full name, or the file's if it is no extension module.
    path : str
        Its file, relative to the target.
    is_module : bool
        Whether it exports `PyInit_NAME` or `PyModExport_NAME`; else it is a library.
    capable : Capable or None
        What it could do; None if it couldn't be read.
    declared : Declared or None
        What it declares; None if it wasn't imported.
    error : str or None
        Why it couldn't be read.
    """

    name: str
    path: str
    is_module: bool
    capable: Capable | None
    declared: Declared | None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Packaged:
    """What a package says of itself in its metadata.

    Attributes
    ----------
    name, version : str
        Of the distribution.
    requires_python : str or None
        The versions of Python that it takes.
    tags : tuple of str
        The tags of its wheel: ``"cp313-cp313-manylinux_2_28_x86_64"``.
    classifiers : tuple of str
        Its trove classifiers.
    root_is_purelib : bool or None
        Whether its wheel says that it is pure Python; None if nothing says so.
    """

    name: str
    version: str
    requires_python: str | None
    tags: tuple[str, ...]
    classifiers: tuple[str, ...]
    root_is_purelib: bool | None = None


@dataclass(frozen=True, slots=True)
class PackageAudit:
    """One distribution, or a folder of binaries.

    Attributes
    ----------
    name : str
        The distribution's, or the target's.
    packaged : Packaged or None
        Its metadata; None if it has none.
    modules : tuple of ModuleAudit
        Its compiled files, those with the worst to say first.
    findings : tuple of Finding
        What the rules say, the worst first.
    error : str or None
        Why it couldn't be read, or not to its end.
    """

    name: str
    packaged: Packaged | None
    modules: tuple[ModuleAudit, ...]
    findings: tuple[Finding, ...]
    error: str | None = None
