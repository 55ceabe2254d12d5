"""The command line, for the command `imucount` and for `python -m imucount`."""

from imucount.interrupts import ended_at_once

__all__ = ["main"]


def main() -> None:
    """Run what the arguments say."""
    with ended_at_once():
        from imucount.cli import main as run
    run()


if __name__ == "__main__":
    main()
