"""``python -m gilext``: the command line."""

import os
import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    # As in a console script: files of the current folder may be named like modules of gilext's.
    sys.path[0] = os.path.dirname(sys.executable)

from gilext.cli.main import main

if __name__ == "__main__":
    main()
