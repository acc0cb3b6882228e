"""Starts the guard in every Python process of an app under `run`, before its first line.

Python's `site` imports a module of this name at start-up. If this one hides another
`sitecustomize`, that one is executed afterwards, and the app's `sys.path` is the same as without
this module.
"""
# ruff: noqa: INP001 - a folder on PYTHONPATH, not a package

import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec, spec_from_file_location
from os import environ
from os.path import abspath, dirname, join, normcase

HERE = dirname(abspath(__file__))  # noqa: PTH100, PTH120 - pathlib costs every process a start
PACKAGE = dirname(dirname(HERE))  # noqa: PTH120


def begin() -> None:
    """Hand over to `winasr_doctor.run.child`; no failure here may stop the app."""
    settings = environ.get("WINASR_DOCTOR_RUN")
    if not settings or sys.version_info < (3, 10):  # the app may start another
        return
    try:
        if "winasr_doctor" not in sys.modules:
            # Loaded by its path: it need not be on the app's `sys.path`.
            spec = spec_from_file_location("winasr_doctor", join(PACKAGE, "__init__.py"))  # noqa: PTH118
            if spec is None or spec.loader is None:
                return
            package = module_from_spec(spec)
            sys.modules["winasr_doctor"] = package
            spec.loader.exec_module(package)
        from winasr_doctor.run.child import begin as begin_child

        begin_child(settings)
    except Exception as error:  # noqa: BLE001 - the app comes first
        if sys.stderr is not None:
            sys.stderr.write(f"winasr_doctor: not guarded: {type(error).__name__}: {error}\n")


def give_way() -> None:
    """Remove this folder from `sys.path`, and execute the `sitecustomize` that ours has hidden."""
    sys.path[:] = [entry for entry in sys.path if normcase(entry) != normcase(HERE)]
    hidden = PathFinder.find_spec("sitecustomize")
    if hidden is not None and hidden.loader is not None:
        module = module_from_spec(hidden)
        sys.modules["sitecustomize"] = module
        hidden.loader.exec_module(module)


begin()
give_way()
