"""Cases for `rmtree`: it waits for temporary errors only, and deletes nothing else."""

from __future__ import annotations

import stat
import sys

from winasr_doctor.gate.suite.table import CaseFolder, case, expect, there
from winasr_doctor.locks import ONCE, Attempt, CleanupStatus, RetryPolicy, rmtree
from winasr_doctor.locks.tree_removal import DEFAULT_POLICY

_ABOUT_HALF_A_SECOND = 0.8
_EXACT = 1e-6


def _gone_after(place: CaseFolder, plan: str, longest: float = DEFAULT_POLICY.total) -> None:
    tree = place.tree()
    with place.faults(plan):
        report = rmtree(tree)
    expect(report.status is CleanupStatus.REMOVED, f"{report.status.value}: {report.leftovers}")
    expect(not there(tree), "it is said to be removed and is still there")
    expect(place.time.monotonic() <= longest, f"it took {place.time.monotonic():.2f} s")


@case
def files_held_briefly(place: CaseFolder) -> None:
    """A folder is deleted although a scanner holds its files at first (32)."""
    _gone_after(place, "unlink:32*2")
    expect(place.time.sleeps, "it was not waited for")


@case
def folders_held_briefly(place: CaseFolder) -> None:
    """A folder is deleted although a sync client holds its folders at first (32)."""
    _gone_after(place, "rmdir:32*2")


@case
def held_for_half_a_second(place: CaseFolder) -> None:
    """It returns soon after a lock of half a second ends (32)."""
    _gone_after(place, "unlink:32~0.5", _ABOUT_HALF_A_SECOND)


@case
def locked_ranges(place: CaseFolder) -> None:
    """It waits for a locked range of a file (33)."""
    _gone_after(place, "unlink:33*3")


@case
def pending_deletions(place: CaseFolder) -> None:
    """It waits for a pending deletion (5)."""
    _gone_after(place, "unlink:5*2")


@case
def folders_that_fill(place: CaseFolder) -> None:
    """It empties a folder again that fills in the meantime (145)."""
    _gone_after(place, "rmdir:145*2")


@case
def folders_that_cannot_be_listed(place: CaseFolder) -> None:
    """It lists a folder again that refuses at first (5)."""
    _gone_after(place, "scandir:5*1")


@case
def the_whole_deletion_at_once(place: CaseFolder) -> None:
    """It tries a deletion again that fails as a whole (32)."""
    _gone_after(place, "rmtree:32*2")


@case
def gone_meanwhile(place: CaseFolder) -> None:
    """A file that somebody else removed in the meantime counts as gone (2)."""
    report = rmtree(place.folder / "nothing")
    expect(report.status is CleanupStatus.ALREADY_GONE, f"{report.status.value}")
    expect(not place.time.sleeps, "it was waited for")


@case
def all_but_one(place: CaseFolder) -> None:
    """One locked file does not keep the others from being deleted."""
    tree = place.tree()
    for name in ("a", "m", "z"):
        (tree / name).write_text(name, encoding="utf-8")
    with place.faults("unlink:32*1"):  # whichever comes first
        rmtree(tree, ONCE)
    left = [path for path in tree.rglob("*") if path.is_file()]
    expect(len(left) == 1, f"{len(left)} files are left")


@case
def held_for_good(place: CaseFolder) -> None:
    """A file that stays locked costs its time budget and no more; everything else is deleted."""
    tree, policy = place.tree(), RetryPolicy(total=1.0)
    with place.faults("unlink:32*inf@manifest.json"):
        report = rmtree(tree, policy)
    expect(report.status is CleanupStatus.LEFT_BEHIND, f"{report.status.value}")
    over = place.time.monotonic() - policy.total
    expect(abs(over) < _EXACT, f"it ended {over:+.3f} s beside its budget")
    expect(there(tree / "manifest.json"), "what could not be removed is not there")
    expect(not there(tree / "inner"), "what could be removed is still there")
    names = [failure.path for failure in report.leftovers]
    expect(str(tree / "manifest.json") in names, f"the leftovers are {names}")


@case
def access_denied(place: CaseFolder) -> None:
    """It waits half a second at most for a missing right (5)."""
    tree = place.tree()
    with place.faults("unlink:5*inf@manifest.json"):
        report = rmtree(tree)
    expect(not report.gone, "it is said to be gone")
    waited = place.time.monotonic()
    expect(0 < waited <= _ABOUT_HALF_A_SECOND, f"{waited:.2f} s were waited")


@case
def no_passing_error(place: CaseFolder) -> None:
    """It does not wait for a damaged disk (1392)."""
    tree = place.tree()
    with place.faults("unlink:1392*1@manifest.json"):
        report = rmtree(tree)
    expect(not report.gone, "it is said to be gone")
    expect(not place.time.sleeps, f"{sum(place.time.sleeps):.2f} s were waited")


@case
def our_own_handle(place: CaseFolder) -> None:
    """It does not wait for a file that this process has open (32)."""
    tree = place.tree()
    with (tree / "manifest.json").open(encoding="utf-8"):
        with place.faults("unlink:32*inf@manifest.json"):
            report = rmtree(tree)
        expect(not report.gone, "it is said to be gone")
        expect(not place.time.sleeps, f"{sum(place.time.sleeps):.2f} s were waited")


@case
def letting_go(place: CaseFolder) -> None:
    """A file that this process closes is deleted at once."""
    tree = place.tree()
    file = (tree / "manifest.json").open(encoding="utf-8")

    def release(_paths: object) -> bool:
        file.close()
        return True

    with file, place.faults("unlink:32*1@manifest.json"):
        report = rmtree(tree, release=release)
    expect(report.gone, f"left: {report.leftovers}")
    expect(not place.time.sleeps, f"{sum(place.time.sleeps):.2f} s were waited")


@case
def read_only(place: CaseFolder) -> None:
    """A read-only file is deleted."""
    tree = place.tree()
    if sys.platform == "win32":
        (tree / "manifest.json").chmod(stat.S_IREAD)
        report = rmtree(tree)
    else:
        (tree / "manifest.json").chmod(stat.S_IREAD)
        with place.faults("unlink:5*1@manifest.json"):
            report = rmtree(tree)
    expect(report.gone, f"left: {report.leftovers}")
    expect(not place.time.sleeps, f"{sum(place.time.sleeps):.2f} s were waited")


@case
def links_in_the_tree(place: CaseFolder) -> None:
    """A link in a folder is deleted; its target stays."""
    outside, tree = place.tree("outside"), place.tree()
    place.link(tree / "link", outside)
    report = rmtree(tree)
    expect(report.gone, f"left: {report.leftovers}")
    expect((outside / "manifest.json").exists(), "a file outside was deleted")
    expect((outside / "inner" / "weights").exists(), "a file outside was deleted")


@case
def a_link_for_a_tree(place: CaseFolder) -> None:
    """A link in place of the folder is refused."""
    outside, link = place.tree("outside"), place.folder / "link"
    place.link(link, outside)
    expect(not rmtree(link, RetryPolicy(total=0.0), defer=False).gone, "it is said to be gone")
    expect((outside / "manifest.json").exists(), "a file outside was deleted")


@case
def neighbours(place: CaseFolder) -> None:
    """Neighbours of a folder stay, even if deleting fails."""
    tree, neighbours = place.tree(), [place.tree("tree2"), place.tree("tre")]
    with place.faults("unlink:32*3; rmdir:32*3"):
        rmtree(tree)
    for each in neighbours:
        expect((each / "inner" / "weights").exists(), f"{each.name} was touched")


@case
def hooks_that_fail(place: CaseFolder) -> None:
    """A failing hook does not stop a deletion, and is called for every attempt."""
    tree, heard = place.tree(), []

    def hook(attempt: Attempt) -> None:
        heard.append(attempt.number)
        raise RuntimeError(attempt.number)

    with place.faults("unlink:32*2"):
        report = rmtree(tree, on_attempt=hook)
    expect(report.gone, f"left: {report.leftovers}")
    expect(heard == [attempt.number for attempt in report.attempts], f"it heard of {heard}")
