"""End while a daemon thread works: python use.py mistake|repair."""

import sys
import time
from collections.abc import Callable
from importlib import import_module
from threading import Thread

module = import_module(sys.argv[1])


class AtTheEnd:
    """It is deleted, with all of this module, while the interpreter is being finalized."""

    def __init__(self, finish: Callable[[], None], count: Callable[[], int]) -> None:
        self.finish, self.count = finish, count

    def __del__(self) -> None:
        """Let the thread finish, and look what it left."""
        self.finish()
        count = self.count()
        print(f"{count} file is" if count == 1 else f"{count} files are", "open at the end")


at_the_end = AtTheEnd(module.finish, module.count_open_files)
Thread(target=module.write_until_the_end, daemon=True).start()
while module.count_open_files() == 0:
    time.sleep(0.001)
