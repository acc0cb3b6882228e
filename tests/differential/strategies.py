"""Sequences in which steps get in each other's way: few names, and weights."""

from __future__ import annotations

from hypothesis import strategies as st

from .steps import Step

FILES = ("a", "b", "d/a", "d/e/a")
FOLDERS = ("d", "d/e", "g")
MISSING = ("c", "d/c", "m/x", "a/x", "t0", "t0/a", "g/c")
MODES = ("r", "w", "a", "x", "r+", "w+", "a+", "x+")
MODES_OF_ANOTHER = ("r", "r+", "a", "x")
"""How the other process opens. It does not truncate: the emulation there does not see the maps of
this process, as it looks at children only."""
MOST_STEPS = 12

WITH_TEMPORARY = tuple(
    f"{kind} {act}"
    for kind in ("deleted", "kept", "made")
    for act in ("read", "write", "unlink", "rename a", "rename c", "replace a", "replace d/c")
)
"""What is done to an open temporary file: one that Windows deletes or not, or of `mkstemp`."""

FOCI: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("a", "b"), ("g", "d")),
    (("d/a", "c"), ("d", "c")),
    (("d/e/a", "a"), ("d/e", "d")),
    (("g/c", "b"), ("g", "d/e")),
    (("t0/a", "a"), ("t0", "g")),
)
"""Files and folders to which most steps of one sequence keep."""

BEGINNINGS = {"t0/a": [Step("temporary")], "g/c": [Step("open and close", "g/c", "w")]}
"""What makes a file of `FOCI`, or its folder."""

Steps = st.SearchStrategy[Step]
Names = st.SearchStrategy[str]

_NONE = st.just("")
_NUMBER = st.integers(0, 2)


def _steps(
    operation: str, path: Names = _NONE, other: Names = _NONE, *, which: bool = False
) -> Steps:
    number = _NUMBER if which else st.just(0)
    return st.builds(Step, st.just(operation), path, other, number)


def _holding(file: Names, folder: Names, anything: Names) -> list[tuple[int, Steps]]:
    mode, other_mode = st.sampled_from(MODES), st.sampled_from(MODES_OF_ANOTHER)
    map_mode = st.sampled_from(["r", "r+"])
    return [
        (6, _steps("keep open", file, mode)),
        (3, _steps("other keep open", file, other_mode)),
        (2, _steps("keep descriptor", file, st.sampled_from(["r", "r+", "w", "a", "x"]))),
        (4, _steps("map", file, map_mode)),
        (1, _steps("other map", file, map_mode)),
        (1, _steps("map without handle", file)),
        (3, _steps("chdir", folder)),
        (2, _steps("other chdir", folder)),
        (1, _steps("start child", st.sampled_from(["", "g", "d/e"]), which=True)),
        (2, _steps("connect", file)),
        (1, _steps("scan", folder)),
        (4, _steps("read-only", anything)),
    ]


def _making(anything: Names) -> list[tuple[int, Steps]]:
    return [
        (4, _steps("open and close", anything, st.sampled_from(MODES))),
        (2, _steps("mkdir", anything)),
        (1, _steps("listdir", anything)),
        (1, _steps("writable", anything)),
    ]


def _letting_go() -> list[tuple[int, Steps]]:
    numbered = (
        *("close", "other close", "unmap", "other unmap"),
        *("unmap without handle", "end child", "end scan", "disconnect", "close descriptor"),
    )
    return [
        *((1, _steps(name, which=True)) for name in numbered),
        *((1, _steps(name)) for name in ("chdir back", "other chdir back")),
    ]


def _removing(file: Names, folder: Names, anything: Names) -> list[tuple[int, Steps]]:
    return [
        (7, _steps("unlink", file)),
        (2, _steps("unlink", anything)),
        (6, _steps("rmdir", folder)),
        (1, _steps("rmdir", anything)),
        (8, _steps("rename", anything, anything)),
        (8, _steps("replace", anything, anything)),
    ]


def _with_library(folder: Names, anything: Names) -> list[tuple[int, Steps]]:
    """Return what the standard library makes many steps of."""
    return [
        (7, _steps("rmtree", folder)),
        (1, _steps("rmtree", anything)),
        (4, _steps("with temporary", folder, st.sampled_from(WITH_TEMPORARY))),
        (2, _steps("temporary", st.sampled_from(["", "", "", "d", "a", "m"]))),
        (6, _steps("clean up", which=True)),
    ]


def _about(
    files: tuple[str, ...], folders: tuple[str, ...], library: bool
) -> st.SearchStrategy[list[Step]]:
    file = st.sampled_from(files * 6 + FILES)
    folder = st.sampled_from(folders * 6 + FOLDERS)
    anything = st.sampled_from((files + folders) * 6 + FILES + FOLDERS + MISSING)
    weighted = [
        *_holding(file, folder, anything),
        *_making(anything),
        *_letting_go(),
        *_removing(file, folder, anything),
        *(_with_library(folder, anything) if library else []),
    ]
    choices = [steps for weight, steps in weighted for _ in range(weight)]
    step = st.sampled_from(choices).flatmap(lambda steps: steps)  # one_of forgets the weights
    beginning = BEGINNINGS.get(files[0], [])
    steps = st.lists(step, min_size=2, max_size=MOST_STEPS)
    return steps.map(lambda rest: [*beginning, *rest])


def sequences(*, library: bool) -> st.SearchStrategy[list[Step]]:
    """Return sequences of steps.

    Args:
        library: Both sides use the same code of `shutil` and `tempfile`.
    """
    return st.one_of([_about(files, folders, library) for files, folders in FOCI])
