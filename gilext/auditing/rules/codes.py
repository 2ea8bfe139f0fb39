"""The rules of the audit, in one table: each has a page, ``docs/audit/GX101.md``."""

from __future__ import annotations

from dataclasses import dataclass

from gilext.auditing.results import Finding, Severity

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the audit.

    Attributes
    ----------
    code : str
        ``"GX101"``: GX1 is packaging, GX2 free threading, GX3 sub-interpreters, GX4 the release of
        the GIL, GX9 what couldn't be read.
    severity : Severity
        How much what it finds matters.
    name : str
        A name for people.
    sentence : str
        What is wrong when it finds something.
    repair : str
        What to do about it.
    """

    code: str
    severity: Severity
    name: str
    sentence: str
    repair: str


RULES = {
    rule.code: rule
    for rule in (
        Rule(
            "GX101", ERROR, "classifier-against-module",
            "A classifier says that the package supports free threading, but a module of it "
            "switches the GIL back on.",
            "Make the module safe without a GIL and declare Py_MOD_GIL_NOT_USED, or lower the "
            "classifier to `1 - Unstable`.",
        ),
        Rule(
            "GX102", WARNING, "free-threaded-wheel-needs-gil",
            "A wheel for free-threaded CPython has a module that switches the GIL back on.",
            "Declare Py_MOD_GIL_NOT_USED when the module is safe without a GIL; until then, say "
            "in the notes of the release that it brings the GIL back.",
        ),
        Rule(
            "GX103", NOTE, "no-classifier",
            "A wheel for free-threaded CPython has no classifier that says how far its support "
            "goes.",
            "Add one of the classifiers `Programming Language :: Python :: Free Threading :: "
            "…`.",
        ),
        Rule(
            "GX111", ERROR, "file-against-tag",
            "An interpreter that the wheel is for doesn't look for a module of this file name.",
            "Build the wheel with the interpreter that it is for, and let the build tool name "
            "the file.",
        ),
        Rule(
            "GX112", ERROR, "build-against-tag",
            "A binary was built for another CPython than those that the wheel is for.",
            "Build it for the wheel's tag, or tag the wheel for what was built; for the stable "
            "ABI, define Py_LIMITED_API.",
        ),
        Rule(
            "GX113", ERROR, "platform-against-tag",
            "A binary is for another system or processor than the wheel.",
            "Build the binary for the platform of the tag; a universal2 wheel needs both of its "
            "processors in each module.",
        ),
        Rule(
            "GX114", ERROR, "beyond-stable-abi",
            "A binary says that it is of the stable ABI, and refers to what isn't of it.",
            "Define Py_LIMITED_API before Python.h in every file that is compiled, or build a "
            "wheel for each CPython.",
        ),
        Rule(
            "GX115", ERROR, "newer-stable-abi",
            "A binary refers to what came into the stable ABI after the oldest CPython that the "
            "wheel is for.",
            "Set Py_LIMITED_API to the version of the tag, or tag the wheel with the version "
            "that the functions came with.",
        ),
        Rule(
            "GX121", ERROR, "requires-python-against-tag",
            "Requires-Python excludes every CPython that a tag of the wheel is for.",
            "Correct `requires-python`, or don't build for that CPython.",
        ),
        Rule(
            "GX122", ERROR, "binary-in-pure-wheel",
            "A wheel for any platform has a binary for one.",
            "Tell the build tool that the package has compiled code, so that the wheel gets the "
            "tag of its platform.",
        ),
        Rule(
            "GX123", WARNING, "purelib-with-binary",
            "A wheel says that it is pure Python, and isn't.",
            "Tell the build tool that the package has compiled code, so that WHEEL says `Root- "
            "Is-Purelib: false`.",
        ),
        Rule(
            "GX124", WARNING, "name-against-metadata",
            "The name of a wheel and its metadata say different things.",
            "Don't rename wheels: `python -m wheel tags` changes the name and the metadata "
            "together.",
        ),
        Rule(
            "GX125", ERROR, "bad-metadata",
            "The metadata can't be read, or an entry of it isn't valid.",
            "Correct the entry in `pyproject.toml`; `twine check` finds more.",
        ),
        Rule(
            "GX201", WARNING, "needs-gil",
            "A free-threaded build switches its GIL on for the whole process when it imports "
            "the module.",
            "When the module is safe without a GIL, declare it: `{Py_mod_gil, "
            "Py_MOD_GIL_NOT_USED}`.",
        ),
        Rule(
            "GX202", NOTE, "borrowed-references",
            "A module says that it needs no GIL, and refers to functions whose results another "
            "thread may free.",
            "Use the functions that return strong references (PyList_GetItemRef, "
            "PyDict_GetItemRef), or see that no other thread has the container.",
        ),
        Rule(
            "GX301", NOTE, "single-phase",
            "A module is initialised in a single phase: no sub-interpreter with a GIL of its "
            "own can import it.",
            "Move to multi-phase initialisation (PEP 489), with the state in the module instead "
            "of in static variables.",
        ),
        Rule(
            "GX302", NOTE, "no-subinterpreters",
            "A module declares that sub-interpreters can't import it.",
            "Move what is static into the state of the module, and declare "
            "Py_MOD_PER_INTERPRETER_GIL_SUPPORTED.",
        ),
        Rule(
            "GX303", WARNING, "gilstate-in-subinterpreters",
            "A module declares that it supports sub-interpreters, and refers to "
            "PyGILState_Ensure, which attaches to the main interpreter.",
            "Keep the interpreter that the callback is for, and attach to it: "
            "PyThreadState_New, or PyThreadState_Ensure from CPython 3.15 on (PEP 788).",
        ),
        Rule(
            "GX401", NOTE, "never-releases",
            "No module of the package can release the GIL: while one of its functions runs, no "
            "other thread runs Python.",
            "Put Py_BEGIN_ALLOW_THREADS and Py_END_ALLOW_THREADS around what takes long and "
            "touches no Python object.",
        ),
        Rule(
            "GX901", ERROR, "unreadable",
            "A compiled file couldn't be read.",
            "See whether the file is whole, and is what its name says.",
        ),
        Rule(
            "GX902", ERROR, "unsafe-wheel",
            "A member of a wheel could do harm when it is unpacked; it wasn't read.",
            "Don't install the wheel; build it again with a build tool instead of a zip "
            "program.",
        ),
        Rule(
            "GX903", ERROR, "unreadable-package",
            "A package couldn't be read, or not to its end.",
            "Download or build it again.",
        ),
        Rule(
            "GX904", WARNING, "import-failed",
            "A module couldn't be imported.",
            "Import it alone, with what it depends on installed.",
        ),
    )
}  # fmt: skip


def finding(code: str, message: str, path: str | None = None) -> Finding:
    """Return a finding of a rule.

    Parameters
    ----------
    code : str
        The rule.
    message : str
        What is wrong here, in one sentence.
    path : str, optional
        The file that it is about.
    """
    return Finding(code, RULES[code].severity, message, path)
