"""Plans and makes repairs."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from winasr_doctor._util import git
from winasr_doctor.checks.advice import quoted, with_python
from winasr_doctor.findings.actions import Constrain, EditSource, MakeFolder, SourceEdit
from winasr_doctor.fix import attributes, constraints
from winasr_doctor.fix.atomic_write import WriteError, read_bytes, refuse_if_odd, replace_file
from winasr_doctor.fix.journal import FixRun, Journal
from winasr_doctor.fix.patching import PatchError, patched_python, unified_diff
from winasr_doctor.fix.repairs import (
    FileChange,
    FolderChange,
    Hindered,
    NothingToDo,
    Proposal,
    Removal,
    Repair,
)
from winasr_doctor.fix.tasks import RepairTask
from winasr_doctor.locks import RetryPolicy, sweep
from winasr_doctor.machine.base import Machine

UNDO = "python -m winasr_doctor fix --undo"


class RepairExecutor:
    """The repairs of one `fix` run."""

    def __init__(
        self,
        host: Machine,
        roots: Sequence[str] = (),
        *,
        journal: Journal,
        allow_dirty: bool = False,
    ) -> None:
        """Prepare; nothing is changed yet.

        Args:
            host: This machine.
            roots: The app's files and folders; the constraints file goes beside the first.
            journal: Records the changes.
            allow_dirty: Whether to allow changes to files with uncommitted changes in git.
        """
        self._host = host
        self._roots = tuple(roots)
        self._allow_dirty = allow_dirty
        self._run: FixRun = journal.begin()
        self._originals: dict[str, bytes] = {}
        self._accepted: dict[str, tuple[SourceEdit, ...]] = {}
        self._edits: dict[FileChange, tuple[SourceEdit, ...]] = {}
        self._contents: dict[str, bytes] = {}
        self._written: set[str] = set()

    def propose(self, task: RepairTask) -> Proposal:
        """Describe what a task would change now.

        Args:
            task: The task.
        """
        action = task.action
        try:
            if isinstance(action, EditSource):
                return self._propose_edit(task, action)
            if isinstance(action, MakeFolder):
                return self._propose_folder(task, action)
            if isinstance(action, Constrain):
                return self._propose_constraint(task, action)
        except (PatchError, WriteError) as error:
            return Hindered(task.codes, task.title, str(error))
        except OSError as error:
            return Hindered(task.codes, task.title, error.strerror or str(error))
        return Repair(
            task.codes,
            task.title,
            "the ledger of leftovers",
            "".join(f"removes {path}\n" for path in action.paths),
            "cannot be undone; it removes only leftovers of our own deletions",
            (),
            Removal(action.paths),
        )

    def make(self, repair: Repair) -> str:
        """Make a repair.

        Args:
            repair: A repair that `propose` returned.

        Returns:
            What was done, one sentence.

        Raises:
            WriteError: It could not be made; nothing has changed.
        """
        change = repair.change
        if isinstance(change, FileChange):
            return self._write(change, repair.codes)
        if isinstance(change, FolderChange):
            return self._make_folder(change, repair.codes)

        report = sweep(policy=RetryPolicy())
        kept = "".join(f"; kept {each.path}: {each.why}" for each in report.kept)
        return f"removed {len(report.removed)} of {len(change.paths)} leftovers{kept}"

    def _propose_edit(self, task: RepairTask, action: EditSource) -> Proposal:
        shown = action.edits[0].file
        path = os.path.realpath(shown)
        now = read_bytes(path)
        if now is None:
            raise WriteError(f"{shown} no longer exists")
        original = self._originals.get(path, now)
        if now != self._contents.setdefault(path, now):  # the edits' positions are no longer valid
            raise WriteError(f"{shown} has changed in the meantime; run this again")
        edits = tuple(dict.fromkeys((*self._accepted.get(path, ()), *action.edits)))
        try:
            after = patched_python(original, edits, shown)
        except PatchError as error:
            raise PatchError(f"{shown}: {error}") from error
        if after == now:
            return NothingToDo(task.codes, f"{shown} is as it should be")
        self._refuse_if_dirty(path, shown)
        refuse_if_odd(path, exists=True)
        change = FileChange(path, now, after)
        self._originals[path] = original
        self._edits[change] = edits
        return self._file_repair(task, change, shown)

    def _propose_constraint(self, task: RepairTask, action: Constrain) -> Proposal:
        root = Path(self._roots[0] if self._roots else ".")
        shown = (root if root.is_dir() else root.parent) / constraints.NAME
        path = os.path.realpath(shown)
        now = read_bytes(path)
        after = constraints.merged(now, action.requirements)
        windows = self._host.system.os == "windows"
        quote = quoted if windows else shlex.quote
        named = " ".join(map(quote, action.requirements))
        then = (
            with_python(self._host, "Run", f"-m pip install -c {quote(path)} {named}"),
            f"And use it from now on: pip install -c {quote(path)} ...",
        )
        if after == now:
            return NothingToDo(task.codes, f"{shown} holds {', '.join(action.requirements)}", then)
        if now is not None:
            self._refuse_if_dirty(path, str(shown))
        refuse_if_odd(path, exists=now is not None)
        return self._file_repair(task, FileChange(path, now, after), str(shown), then)

    def _file_repair(
        self, task: RepairTask, change: FileChange, shown: str, then: tuple[str, ...] = ()
    ) -> Repair:
        undo = f"a copy is kept; {UNDO} puts it back"
        if change.before is None:
            undo = f"{UNDO} removes the file"
        diff = unified_diff(change.before, change.after, shown)
        return Repair(task.codes, task.title, shown, diff, undo, then, change)

    def _propose_folder(self, task: RepairTask, action: MakeFolder) -> Proposal:
        path = os.path.abspath(os.path.expanduser(action.path))  # noqa: PTH100, PTH111 - no resolve
        then = task.remedy.steps[1:] if task.remedy else ()
        exists = Path(path).is_dir()
        if not exists and os.path.lexists(path):
            raise WriteError(f"{path} exists and is not a folder")
        indexed = attributes.is_indexed(path) if exists else None
        mark = bool(indexed) or (not exists and os.name == "nt")
        if exists and not mark:
            return NothingToDo(task.codes, f"{path} exists", then)
        what = "marks" if exists else "makes the folder"
        how = " as not to be read by Windows Search" if mark else ""
        undo = f"{UNDO} takes {'the mark off' if exists else 'it away while it is empty'}"
        change = FolderChange(path, make=not exists, mark=mark)
        title = "Take the scratch folder out of the index" if exists else "Make the scratch folder"
        return Repair(task.codes, title, path, f"{what} {path}{how}\n", undo, then, change)

    def _refuse_if_dirty(self, path: str, shown: str) -> None:
        if path in self._written or self._allow_dirty:
            return
        if git.uncommitted(path):
            raise WriteError(f"{shown} has uncommitted changes; commit them, or use --allow-dirty")

    def _write(self, change: FileChange, codes: tuple[str, ...]) -> str:
        self._run.note_file(change.path, change.before, change.after, codes)
        try:
            replace_file(change.path, change.after, expected=change.before)
        except WriteError:
            self._run.drop_file(change.path)
            raise
        self._written.add(change.path)
        self._contents[change.path] = change.after
        if change in self._edits:
            self._accepted[change.path] = self._edits[change]
        kept = "" if change.before is None else f"; a copy is kept in {self._run.folder}"
        return f"wrote {change.path}{kept}"

    def _make_folder(self, change: FolderChange, codes: tuple[str, ...]) -> str:
        path = change.path
        self._run.note_folder(path, made=change.make, marked=change.mark, codes=codes)
        kept = False
        try:
            if change.make:
                Path(path).mkdir(parents=True, mode=0o700)
            if change.mark:
                attributes.set_indexed(path, indexed=False)
                kept = not attributes.is_indexed(path)
        except OSError as error:
            self._run.drop_folder(path)
            raise WriteError(f"{path}: {error.strerror or error}") from error
        if change.make:
            unread = "; Windows Search does not read it" if kept else ""
            return f"made {path}{unread}"
        if not kept:
            self._run.drop_folder(path)
            raise WriteError(f"the drive of {path} does not keep that mark")
        return f"marked {path}; Windows Search does not read it"
