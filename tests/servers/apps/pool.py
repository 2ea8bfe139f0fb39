"""A pool of multiprocessing, whose processes begin in the way that is named."""

import multiprocessing
import sys

from holding import hold

if __name__ == "__main__":
    with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:
        for process in pool.map(hold, range(12), chunksize=1):
            print(process)
