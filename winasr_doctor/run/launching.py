"""Starts an app in a Python that ignores `PYTHONPATH`: with -I, -E or a ._pth file.

The Python of python.org's embeddable package, used by portable bundles, has a ._pth file.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import cast

from winasr_doctor._util.private_names import RUN_AS_MAIN, MissingNameError
from winasr_doctor.run.settings import VARIABLE

ROOT = str(Path(__file__).resolve().parents[2])

CODE = (
    "import sys; sys.path.insert(0, {root!r});"
    " from winasr_doctor.run.launching import launch; del sys.path[0]; launch(sys.argv[1:])"
)


def arguments_for(app: Sequence[str]) -> list[str]:
    """Return the interpreter's arguments.

    Args:
        app: The app and its arguments, as for `python`.
    """
    return ["-c", CODE.format(root=ROOT), *app]


def launch(app: Sequence[str]) -> None:
    """Start the guard and run an app in this process, as its `__main__`.

    Args:
        app: The same as for `arguments_for`.

    Raises:
        SystemExit: The app ended itself, or failed.
    """
    from winasr_doctor.run import final_diagnosis
    from winasr_doctor.run.child import begin

    begin(os.environ[VARIABLE])
    for name in ("launch", "sys"):  # of the line that called us
        vars(sys.modules["__main__"]).pop(name, None)
    first = str(Path(app[0]).absolute())
    try:
        if app[0] == "-m":
            sys.argv[:] = app[1:]
            _begin_imports_in(str(Path.cwd()))
            _run_as_main()(app[1])
            return
        sys.argv[:] = app
        if Path(first).suffix.lower() in {".py", ".pyw"}:
            _begin_imports_in(str(Path(first).resolve().parent))
            exec(_code(first), _main(first))  # noqa: S102 - that is the order
        else:
            sys.path[:] = [first, *filter(None, sys.path)]
            _run_as_main()("__main__", False)
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as error:  # noqa: BLE001 - shown as Python shows it
        trace = error.__traceback__
        error.__traceback__ = trace.tb_next if trace is not None else None  # without this frame
        final_diagnosis.remember(error)
        sys.excepthook(type(error), error, error.__traceback__)
        raise SystemExit(1) from None


def _run_as_main() -> Callable[..., object]:
    """Return a function that runs a module as `python -m` does."""
    try:
        return cast("Callable[..., object]", RUN_AS_MAIN.get())
    except MissingNameError as missing:
        raise SystemExit(f"winasr_doctor: {missing}") from None


def _begin_imports_in(folder: str) -> None:
    """Put the app's folder first on the import path, unless Python was told not to (-I, -P)."""
    if sys.path and not sys.path[0]:
        sys.path[0] = folder


def _code(script: str) -> CodeType:
    with io.open_code(script) as stream:
        return compile(stream.read(), script, "exec", dont_inherit=True)


def _main(script: str) -> dict[str, object]:
    """Return the namespace of `__main__` as it is when Python starts a script.

    Until Python 3.14 that sets `__cached__`, too (`pymain_run_file` in Python/pythonrun.c).
    """
    space = vars(sys.modules["__main__"])
    space.clear()
    loader = SourceFileLoader("__main__", script)
    space.update(dict.fromkeys(("__doc__", "__package__", "__spec__")))
    space.update(
        __name__="__main__", __file__=script, __loader__=loader, __builtins__=__import__("builtins")
    )
    if sys.version_info < (3, 15):
        space["__cached__"] = None
    return space
