"""Builds the module of planted leaks, and says what each is: for the tests and a benchmark."""

import asyncio
import contextlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

# The arguments, the options of check_leaks(), and what it has to name.
CASES = {
    "argument": (lambda: ([],), {}, "argument 1"),
    "second": (lambda: (1, []), {}, "argument 2"),
    "keyword": (lambda: (), {"key": []}, "argument 'key'"),
    "result": (lambda: (), {}, "the result"),
    "returned": (lambda: ([],), {}, "argument 1"),
    "none": (lambda: (), {}, "None"),
    "buffer": (lambda: (bytearray(8),), {}, "argument 1"),
    "on_error": (lambda: ([],), {"raises": ValueError}, "argument 1"),
    "object": (lambda: (), {}, "memory"),
    "memory": (lambda: (), {}, "memory"),
    "large": (lambda: (), {}, "memory"),
    "large_result": (lambda: (), {}, "the result"),
    "heap": (lambda: (), {}, "heap"),
    "large_raw": (lambda: (), {}, "heap"),
}

# The rarer kinds; what is said of each has to match a regular expression (case is ignored).
# There are a great many references to what is lost, so that its end isn't the process's.
HELD = [object()] * 1_000_000
MORE_CASES = {
    "second_call": (lambda: (), {}, "memory"),
    "tenth_call": (lambda: (), {}, "memory"),
    "item": (lambda: ([["an item"]],), {}, "inside argument 1"),
    "deep_item": (lambda: ([["an item, " + "deep"]],), {}, "deep.*inside argument 1"),
    "global": (lambda: (), {}, r"planted\.SHARED"),
    "default": (lambda: (), {}, "default"),
    "lost": (lambda: (HELD[0],), {}, "los.*argument 1"),
    "small_int": (lambda: (), {}, r"\b7\b"),
    "exception": (lambda: (), {"raises": ValueError}, "memory.*ValueError"),
    "raw": (lambda: (), {}, "heap"),
    "type": (lambda: (), {}, r"type `planted\.Forgetful"),
    "cycle": (lambda: (), {}, r"type `planted\.Careful"),
    "generator": (lambda: (), {}, "memory"),
    "coroutine": (lambda: (), {}, "memory"),
    "async_generator": (lambda: (), {}, "memory"),
    "context": (lambda: (), {}, "memory"),
    "async_context": (lambda: (), {}, "memory"),
}
if sys.platform != "win32":
    MORE_CASES |= {
        "mapping": (lambda: (), {}, "address space|mapped"),
        "descriptor": (lambda: (), {}, "descriptor"),
        "thread": (lambda: (), {}, "thread"),
    }


def plant(folder):
    """Build the module in a folder, and import it."""
    return load(build(folder))


def build(folder):
    """Build the module in a folder, and return its path."""
    for name in ("planted.c", "rare.c", "rare.h", "setup.py"):
        shutil.copy(Path(__file__).parent / name, folder)
    built = subprocess.run(
        [sys.executable, "setup.py", "-q", "build_ext", "--build-lib", "."],
        cwd=folder, capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    if built.returncode != 0:
        raise RuntimeError(built.stderr)
    (path,) = Path(folder).glob("planted.*.*")
    return path


def load(path):
    """Import the module, and add the functions that are written in Python."""
    spec = importlib.util.spec_from_file_location("planted", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["planted"] = module
    spec.loader.exec_module(module)
    for kind in ("leak", "sound"):
        for name, function in _in_python(kind, module).items():
            setattr(module, f"{kind}_{name}", function)
    return module


def _in_python(kind, module):
    """Return functions written in Python that leak by what they call, by their names."""
    of_argument = getattr(module, f"{kind}_argument")
    of_object = getattr(module, f"{kind}_object")
    shared = ["a default"]

    def default(value=shared):
        of_argument(value)

    def generator():
        yield from range(2)
        of_object()

    async def coroutine():
        await asyncio.sleep(0)
        of_object()

    async def async_generator():
        for number in range(2):
            yield number
            await asyncio.sleep(0)
        of_object()

    @contextlib.contextmanager
    def context():
        yield
        of_object()

    @contextlib.asynccontextmanager
    async def async_context():
        yield
        await coroutine()

    return {
        function.__name__: function
        for function in (default, generator, coroutine, async_generator, context, async_context)
    }
