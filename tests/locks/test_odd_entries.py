"""Entries of the ledger that cannot be acted on: each is set aside, and the others go on."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from winasr_doctor.locks import pending, sweep
from winasr_doctor.locks.identity import identify
from winasr_doctor.locks.ledger import Ledger

from ..fuzzing.budget import examples  # noqa: TID252 - a folder above

EXAMPLES = examples(40)


def document(path: Path, **changes: Any) -> dict[str, Any]:
    return {
        "schema": "winasr-doctor/leftover/1",
        "path": str(path),
        "identity": list(identify(str(path))),
        "owner": {"pid": 2**22, "started": 1.0, "machine": platform.node()},
        "whole": True,
        "in_use": False,
        "items": [],
        "reason": "WinError 32",
        "unlisted": 0,
    } | changes


def put(ledger: Ledger, name: str, content: dict[str, Any] | bytes) -> Path:
    ledger.folder.mkdir(parents=True, exist_ok=True)
    file = ledger.folder / f"{name}.json"
    file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return file


@pytest.fixture
def good(tmp_path: Path, ledger: Ledger) -> Path:
    """Return a folder that is in the ledger as it should be, after everything else."""
    folder = tmp_path / "good"
    folder.mkdir()
    put(ledger, "z", document(folder))
    return folder


def odd(**changes: Any) -> Any:
    return pytest.param(changes, id=next(iter(changes)) + repr(next(iter(changes.values())))[:24])


def owner(**changes: Any) -> dict[str, Any]:
    return {"pid": 2**22, "started": 1.0, "machine": platform.node()} | changes


FOLDER = [1, 1, "folder", 1, 0, 0]
INFINITE = float("inf")


@pytest.mark.parametrize(
    "changes",
    [
        odd(identity=[INFINITE, 1, "folder", 1, 0, 0]),
        odd(identity=[float("nan"), 1, "folder", 1, 0, 0]),
        odd(identity=[10**400, 1, "folder", 1, 0, 0]),
        odd(identity=[-1, 1, "folder", 1, 0, 0]),
        odd(identity=[1, 1, "file", 1, 0, 0]),
        odd(identity=[1, 1, "other", 1, 0, 0]),
        odd(identity="123456"),
        odd(owner=owner(pid=INFINITE)),
        odd(owner=owner(pid=10**40)),
        odd(owner=owner(pid=0)),
        odd(owner=owner(pid=-5)),
        odd(owner=owner(pid="1")),
        odd(owner=owner(started=10**400)),
        odd(owner=owner(started=INFINITE)),
        odd(path="relative"),
        odd(path=""),
        odd(path="/a\0b"),
        odd(items=[["..", FOLDER]]),
        odd(items=[["../victim", FOLDER], ["../victim/f", FOLDER]]),
        odd(items=[["inner/../../victim", FOLDER]]),
        odd(items=[["/victim", FOLDER]]),
        odd(items=[["a\0b", FOLDER]]),
        odd(items=[["", FOLDER]]),
        odd(items=[[".", FOLDER]]),
        odd(items=[["a//b", FOLDER]]),
        odd(items=[[1, FOLDER]]),
        odd(items=7),
        odd(unlisted=INFINITE),
    ],
)
def test_an_odd_entry_is_set_aside_and_the_next_one_goes(
    ledger: Ledger, tree: Path, good: Path, changes: dict[str, Any]
):
    file = put(ledger, "a", document(tree, in_use=True) | changes)
    assert [each.path for each in pending()] == [str(good)]
    report = sweep()
    assert report.removed == (str(good),)
    assert [each.path for each in report.set_aside] == [str(file)]
    assert report.set_aside[0].why
    assert (tree / "a.txt").exists()
    assert file.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="names in UTF-16 have them there")
@pytest.mark.parametrize("changes", [{"path": "/a\ud800"}, {"items": [["a\ud800", FOLDER]]}])
def test_half_a_character_is_set_aside(
    ledger: Ledger, tree: Path, good: Path, changes: dict[str, Any]
):
    put(ledger, "a", document(tree) | changes)
    assert sweep().removed == (str(good),)


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b"[" * 200_000, b'{"a":' * 100_000, b'"' + b"9" * 5_000, b"\xff\xfe{"],
    ids=["empty", "null", "list", "deep list", "deep object", "unended", "no text"],
)
def test_a_damaged_file_is_set_aside(ledger: Ledger, good: Path, content: bytes):
    put(ledger, "a", content)
    report = sweep()
    assert report.removed == (str(good),)
    assert "damaged" in report.set_aside[0].why


def test_a_gigantic_file_is_not_read(ledger: Ledger, good: Path):
    with (ledger.folder / "a.json").open("wb") as file:
        file.truncate(2**34)  # holes, which take no room
    report = sweep()
    assert report.removed == (str(good),)
    assert "too large" in report.set_aside[0].why


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX")
@pytest.mark.parametrize("make", ["mkfifo", "mkdir", "symlink"])
def test_what_is_no_plain_file_is_set_aside(ledger: Ledger, good: Path, make: str):
    place = ledger.folder / "a.json"
    if make == "symlink":
        place.symlink_to("/dev/zero")
    else:
        getattr(os, make)(place)
    report = sweep()
    assert report.removed == (str(good),)
    assert "plain file" in report.set_aside[0].why


def test_an_entry_that_fails_otherwise_hides_no_other(
    ledger: Ledger, tree: Path, good: Path, monkeypatch: pytest.MonkeyPatch
):
    from winasr_doctor.locks import sweeping

    put(ledger, "a", document(tree))
    handle = sweeping._handle

    def failing(entry: Any, *others: Any) -> Any:
        if entry.path == str(tree):
            raise ZeroDivisionError
        return handle(entry, *others)

    monkeypatch.setattr(sweeping, "_handle", failing)
    report = sweep()
    assert report.removed == (str(good),)
    assert report.kept[0].why.startswith("ZeroDivisionError")


numbers = st.one_of(
    st.integers(),
    st.sampled_from([0, -1, 2**31, 2**32, 2**63, 2**64, 2**128, 10**400, INFINITE, -INFINITE]),
    st.floats(),
)
names = st.one_of(
    st.sampled_from(
        ["..", ".", "", "a.txt", "inner", "inner/b.txt", "../victim", "../victim/f", "inner/../..",
         "/", "a\0", "\ud800", "\udcff", "C:\\x", "a" * 5_000, "victim"]
    ),
    st.text(max_size=8),
)  # fmt: skip
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, names),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def changes(draw: Any, base: dict[str, Any]) -> dict[str, Any]:
    """Change an entry in one or two places."""
    changed = json.loads(json.dumps(base))
    for _ in range(draw(st.integers(1, 2))):
        field = draw(st.sampled_from(sorted(base)))
        deeper = isinstance(changed.get(field), (list, dict)) and changed[field]
        if draw(st.booleans()) and deeper:
            keys = (
                range(len(changed[field])) if isinstance(changed[field], list) else changed[field]
            )
            changed[field][draw(st.sampled_from(sorted(keys)))] = draw(anything)
        elif draw(st.booleans()):
            changed[field] = draw(anything)
        else:
            changed["items"] = [[draw(names), draw(st.sampled_from(base["known"]))]]
    return changed


@pytest.mark.wine_differs("a folder without a creation time that changed is left", run=False)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES == 40,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_no_entry_stops_a_sweep_or_reaches_out_of_its_folder(data: st.DataObject):
    base = Path(tempfile.mkdtemp())
    try:
        ledger, good, mine, victim = (base / name for name in ("ledger", "good", "mine", "victim"))
        for folder in (good, mine, mine / "inner", victim):
            folder.mkdir()
        for file in (mine / "a.txt", mine / "inner" / "b.txt", victim / "f"):
            file.touch()
        known = [
            list(identify(str(path)))
            for path in (base, victim, victim / "f", mine, mine / "inner", mine / "a.txt")
        ]
        whole = document(mine, known=known, whole=data.draw(st.booleans()))
        put(Ledger(ledger), "a", data.draw(changes(whole)))
        put(Ledger(ledger), "z", document(good))
        assert str(good) in [kept.path for kept in pending(Ledger(ledger))]
        report = sweep(Ledger(ledger))
        assert str(good) in report.removed
        assert not good.exists()
        assert (victim / "f").exists()
    finally:
        shutil.rmtree(base)
