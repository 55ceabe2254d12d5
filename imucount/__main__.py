"""The command line, for `python -m imucount`."""

from imucount.cli import main

if __name__ == "__main__":
    main()
