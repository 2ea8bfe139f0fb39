"""The process that checks one call of a library: ``python -m gilext.auditing.tables.observe_worker``.

Its arguments are a file that says what to call, and one for what was found; both are JSON. If the
call ends the process, or never comes back, there is no second one.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from gilext.checking.checkup import check
from gilext.core.environment import info
from gilext.core.errors import UnsupportedInterpreter
from gilext.core.foreign_code import ForeignCodeFailed, compiled_call, failing_as


def main(job: str, found: str) -> None:
    """Check what a file says, and write to another what was found."""
    said = json.loads(Path(job).read_text(encoding="utf-8"))
    whole = Path(f"{found}.new")
    whole.write_text(json.dumps(_found(said)), encoding="utf-8")
    os.replace(whole, found)


def _found(said: dict[str, Any]) -> dict[str, Any]:
    process = os.getpid()
    passing = (KeyboardInterrupt, UnsupportedInterpreter)
    try:
        call = compiled_call(said["setup"], said["call"])
        function = call.prepare("the setup", said["parameters"])
        with failing_as("the call", passing):
            checkup = check(function, seconds=said["seconds"])
    except ForeignCodeFailed as error:
        if os.getpid() != process:
            os._exit(0)  # a fork of the call's own, which is nothing of ours
        return {"error": str(error).partition("\n")[0]}
    except UnsupportedInterpreter as error:
        return {"error": str(error)}
    return {"checkup": checkup.to_dict(), "environment": info().to_dict()}


if __name__ == "__main__":
    main(*sys.argv[1:])
    # Neither threads nor what is to be done at exit matter here.
    os._exit(0)
