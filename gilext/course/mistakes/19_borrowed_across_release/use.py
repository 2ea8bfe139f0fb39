"""Clear a list while either module uses its item: python use.py mistake|repair."""

import sys
import time
from importlib import import_module
from threading import Thread

module = import_module(sys.argv[1])
items = [bytes(64 * 1024 * 1024)]


def clear_list() -> None:
    """Clear the list once the module has let other threads run."""
    while not module.waits():
        time.sleep(0.001)
    items.clear()
    print("the list is empty now")
    module.go_on()


clearing = Thread(target=clear_list)
clearing.start()
print("the first item had", module.size_of_first(items), "bytes")
clearing.join()
