"""``python -m psp``: the same as the command ``psp``."""

from .cli import main

if __name__ == "__main__":
    main(prog_name="python -m psp")
