"""Builds extension modules that say this or that about the GIL, and programs that import them."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gilext.course.building import build

SOURCE = Path(__file__).with_name("declaring.c")
MODULES = {
    "pkg._good": ["NOT_USED"],
    "pkg._used": ["USED"],
    "pkg._other": ["USED"],
    "pkg._bad": [],
    "pkg._single": ["SINGLE_PHASE"],
    "pkg._set": ["SINGLE_PHASE", "SET"],
    "pkg._none": ["NO_MODULE"],
    "pkg.deep._inner": ["NOT_USED", 'IMPORTS="pkg._used"'],
    "outer": ["SINGLE_PHASE", "SET", 'IMPORTS="pkg._bad"'],
    "crashing": ["NOT_USED", "CRASHES"],
    "pkg._rich": ["NOT_USED", "INTERPRETERS=2", "STATE=40", "METHODS"],
    "pkg._runs": ["NOT_USED", 'IMPORTS="program_of_test"'],
}
if sys.version_info >= (3, 15):
    MODULES["pkg._exported"] = ["EXPORTED"]
PROGRAMS = {
    "pkg/__init__.py": "",
    "pkg/deep/__init__.py": "from pkg import _good\nfrom . import _inner\n",
    "nested.py": "import pkg.deep\n",
    "lazy.py": "def load(name):\n    __import__(name)\n",
    "lazily.py": "import lazy\nlazy.load('pkg._single')\nlazy.load('pkg._bad')\n",
    "hanging.py": "import pkg._good\nimport time\ntime.sleep(1000)\n",
    "raising.py": "import pkg._good\nraise ValueError('no luck\\ntoday')\n",
    "exiting.py": "raise SystemExit('no')\n",
    "lacking.py": "import there_is_no_such_module\n",
    "chatting.py": "print('hello')\nimport pkg._good\n",
}


def plant_package(folder: Path) -> None:
    """Build all of them in a folder."""
    for name, source in PROGRAMS.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(source, encoding="utf-8")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda one: _plant(folder, *one), MODULES.items()))


def _plant(folder: Path, name: str, said: list[str]) -> None:
    *packages, last = name.split(".")
    hook = "PyModExport" if "EXPORTED" in said else "PyInit"
    flags = [f"-D{one}" for one in (*said, f"INIT={hook}_{last}")]
    build([SOURCE], folder.joinpath(*packages), last, ["-O0", "-g0", *flags])
