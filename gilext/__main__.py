"""``python -m gilext``: the command line."""

from gilext.cli.main import main

if __name__ == "__main__":
    main()
