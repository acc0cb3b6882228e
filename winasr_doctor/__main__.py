"""`python -m winasr_doctor`, and the script `winasr-doctor`."""

from __future__ import annotations

import atexit
import gc


def main() -> None:
    """Run the command line and exit; see `winasr_doctor.cli.main`."""
    # Nearly all objects of a short command are what it imports, which stays until the end. The
    # collector would go through them again and again while they are imported and at exit: 10 ms, a
    # sixth of a scan. So it starts at 50,000 objects instead of 700, and leaves alone at exit what
    # is left, after everything else that happens there. Only this program is set up so, never one
    # that imports the library.
    gc.set_threshold(50_000, *gc.get_threshold()[1:])
    atexit.register(gc.freeze)  # the first to be registered is the last to be called
    from winasr_doctor.cli import main as run

    run()


if __name__ == "__main__":
    main()
