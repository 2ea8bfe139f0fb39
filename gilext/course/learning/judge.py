"""The process in which a module is judged: ``python -m gilext.course.learning.judge``.

It is started with the path of a ``check.py``, the file for the judgement, and a secret that goes
into it.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import traceback
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

from gilext.core.whole_files import replacing
from gilext.course.grading import NotYet, Unclear
from gilext.course.learning.grade import MODULE, Verdict


def main() -> None:
    """Judge the module in the current folder; a process that found a fault ends at once."""
    check_file, verdict_file, secret = sys.argv[1:]
    del sys.argv[1:]
    verdict, message = _judge(runpy.run_path(check_file)["check"])
    found = {"secret": secret, "verdict": verdict, "message": message}
    with replacing(Path(verdict_file)) as file:
        file.write_text(json.dumps(found), encoding="utf-8")
    if verdict != "passed":
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(1)  # what is wrong with the module may keep the interpreter from ending


def _judge(check: Callable[[ModuleType], None]) -> tuple[Verdict, str]:
    sys.path.insert(0, os.getcwd())
    # Most exercises leave out the slot that keeps the GIL off where it is; one is about that.
    warnings.filterwarnings("ignore", "The global interpreter lock", RuntimeWarning)
    try:
        module = import_module(MODULE)
    except BaseException as error:
        return "not imported", f"The module can't be imported: {_last_line(error)}"
    try:
        check(module)
    except NotYet as fault:
        return "not yet", str(fault)
    except Unclear as reason:
        return "unclear", str(reason)
    except BaseException as error:
        _print_own_lines(error)
        return "not yet", f"While it was checked, this was raised: {_last_line(error)}"
    return "passed", ""


def _print_own_lines(error: BaseException) -> None:
    """Print the lines of the learner's files that an exception came through, if there are any."""
    lines = traceback.extract_tb(error.__traceback__)
    own = [one for one in lines if Path(one.filename).is_relative_to(os.getcwd())]
    print("".join(traceback.format_list(own)), end="", file=sys.stderr)


def _last_line(error: BaseException) -> str:
    return traceback.format_exception_only(error)[-1].strip()


if __name__ == "__main__":
    main()
