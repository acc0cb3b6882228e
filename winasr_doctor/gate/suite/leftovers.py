"""Cases for the ledger and the sweep: leftovers are removed later, and nothing else is."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from winasr_doctor.gate.suite.table import CaseFolder, case, expect, there
from winasr_doctor.locks import CleanupReport, pending, rmtree, sweep
from winasr_doctor.locks.ledger import Ledger


def _left(place: CaseFolder, tree: Path) -> CleanupReport:
    with place.faults("unlink:32*inf"):
        report = rmtree(tree)
    expect(not report.gone, "it is said to be gone")
    expect(report.deferred, "it is not said to be recorded")
    return report


def _of_another(place: CaseFolder, tree: Path, **owner: Any) -> None:  # noqa: ANN401 - any JSON
    """Record a folder as in use by another process."""
    claim = place.ledger.claim(str(tree))
    expect(claim is not None and claim.file is not None, "the ledger cannot be written")
    assert claim is not None and claim.file is not None  # noqa: S101, PT018 - for the type checker
    document = json.loads(claim.file.read_bytes())
    document["owner"] |= owner
    claim.file.write_text(json.dumps(document), encoding="utf-8")


@case
def recorded_and_swept(place: CaseFolder) -> None:
    """Leftovers are recorded, and the next sweep removes them."""
    tree = place.tree()
    _left(place, tree)
    expect([each.path for each in pending()] == [str(tree)], f"pending: {pending()}")
    expect(sweep().removed == (str(tree),), "the sweep did not remove it")
    expect(not there(tree), "it is said to be removed and is still there")
    expect(not place.ledger.entries(), "it is still recorded")


@case
def recorded_on_the_disk(place: CaseFolder) -> None:
    """Other processes see recorded leftovers, too."""
    tree = place.tree()
    _left(place, tree)
    others = Ledger(place.ledger.folder).entries()
    expect([each.path for each in others] == [str(tree)], f"others see {others}")


@case
def nothing_stays_recorded(place: CaseFolder) -> None:
    """A folder that is removed is no longer recorded."""
    tree = place.tree()
    claim = place.ledger.claim(str(tree))
    with place.faults("unlink:32*2"):
        rmtree(tree, claim=claim)
    expect(not there(tree), "it is still there")
    expect(not place.ledger.entries(), "it is still recorded")


@case
def sweeping_under_faults(place: CaseFolder) -> None:
    """A folder that a sweep cannot remove stays recorded for the next one."""
    tree = place.tree()
    _left(place, tree)
    with place.faults("unlink:32*inf@manifest.json"):
        expect(len(sweep().kept) == 1, "the sweep does not say what it kept")
    expect((tree / "manifest.json").exists(), "what could not be removed is not there")
    expect(sweep().removed == (str(tree),), "the next sweep did not remove it")


@case
def what_came_later(place: CaseFolder) -> None:
    """Files that came into a leftover folder later stay."""
    tree = place.tree()
    _left(place, tree)
    (tree / "precious").write_text("keep", encoding="utf-8")
    sweep()
    expect((tree / "precious").exists(), "a file of somebody else was deleted")
    expect(not there(tree / "manifest.json"), "what was left behind is still there")


@case
def folders_that_were_replaced(place: CaseFolder) -> None:
    """A folder in the place of a leftover stays."""
    tree = place.tree()
    claim = place.ledger.claim(str(tree))
    with place.faults("unlink:32*inf"):
        rmtree(tree, claim=claim)
    tree.rename(tree.with_name("moved"))
    tree.mkdir()
    (tree / "precious").write_text("keep", encoding="utf-8")
    sweep()
    expect((tree / "precious").exists(), "a file of somebody else was deleted")


@case
def links_in_the_place_of_folders(place: CaseFolder) -> None:
    """A link in the place of a leftover is not followed."""
    tree, moved = place.tree(), place.folder / "moved"
    _left(place, tree)
    (tree / "inner").rename(moved)
    place.link(tree / "inner", moved)
    sweep()
    expect((moved / "weights").exists(), "a file behind a link was deleted")


@case
def folders_in_use(place: CaseFolder) -> None:
    """A folder in use by a living process stays."""
    tree = place.tree()
    place.ledger.claim(str(tree))
    expect(len(sweep().kept) == 1, "the sweep does not say what it kept")
    expect((tree / "inner" / "weights").exists(), "a folder in use was deleted")


@case
def folders_of_the_dead(place: CaseFolder) -> None:
    """A folder of a dead process is removed, even if its number is in use again."""
    tree = place.tree()
    _of_another(place, tree, pid=os.getppid(), started=1.0)
    expect(sweep().removed == (str(tree),), "the sweep did not remove it")
    expect(not there(tree), "it is still there")


@case
def folders_of_other_machines(place: CaseFolder) -> None:
    """A folder that another machine recorded in a shared home stays."""
    tree = place.tree()
    _of_another(place, tree, pid=1, started=1.0, machine="another machine")
    sweep()
    expect((tree / "inner" / "weights").exists(), "a folder of another machine was deleted")
