"""Under a Python that reads no `PYTHONPATH` an app starts in another way, and sees the same."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from .conftest import PACKAGE, TRANSCRIBE, Place

DOCTOR = (
    f"import sys; sys.path.insert(0, {str(PACKAGE)!r}); from winasr_doctor.cli import main; main()"
)


def isolated(place: Place, *app: str, flag: str = "-I", plan: str = ""):
    options = ["--scratch", str(place.scratch), *(["--inject", plan] if plan else [])]
    return place._start([sys.executable, flag, "-c", DOCTOR, "run", *options, "--", *app])


LOOK_AROUND = """
    import json, os, sys
    main = sys.modules["__main__"]
    print(json.dumps({
        "argv": sys.argv, "path": sys.path, "main": sorted({*vars(main)} - {"__annotations__"}),
        "name": __name__, "same": main.__dict__ is globals(), "file": __file__,
    }))
    raise SystemExit(7)
"""


@pytest.mark.parametrize(
    ("flag", "app"),
    [
        ("-I", ("folder",)),
        ("-E", ("app.py",)),
        ("-E", ("-m", "module")),  # -I does not look for modules in the current folder
    ],
)
def test_the_app_sees_what_it_sees_without(place: Place, flag: str, app: tuple[str, ...]):
    for name in ("app.py", "folder/__main__.py", "module.py"):
        place.write(name, LOOK_AROUND)
    before = place._start([sys.executable, flag, *app, "--x"])
    under = isolated(place, *app, "--x", flag=flag)
    # Where a ._pth file sets the path, no module of the current folder is found, as without us.
    assert before.returncode == 7 or app[0] == "-m"
    assert (under.returncode, under.stdout) == (before.returncode, before.stdout), under.stderr


def test_it_is_guarded_and_the_summary_says_what_is_not(place: Place):
    site = str(Path(place.folder).parent / "site-packages")
    app = place.write(
        "app.py", f"import sys; sys.path.insert(0, {site!r})\n{TRANSCRIBE}print(transcribe())"
    )
    finished = isolated(place, app, plan="unlink:32*inf@manifest.json")
    assert finished.stdout == "['the text']\n", finished.stderr
    assert "rescued: 1 of 1" in finished.stderr
    assert "not in spawned worker processes" in finished.stderr


def test_a_failure_shows_no_frame_of_ours(place: Place):
    app = place.write("app.py", "def f():\n    raise ValueError('mine')\nf()\n")
    before = place._start([sys.executable, "-I", app])
    under = isolated(place, app)
    assert under.returncode == before.returncode == 1
    assert before.stderr in under.stderr
    assert "launching.py" not in under.stderr


def test_the_cause_of_an_uncaught_error_is_named(place: Place):
    app = place.write("app.py", 'raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")')
    finished = isolated(place, app)
    assert finished.returncode == 1
    assert "Known as: gpu-out-of-memory" in finished.stderr
