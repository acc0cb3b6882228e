"""Deliberate faults in retrying, deleting, the ledger and the sweep."""

from __future__ import annotations

import os
import re

from winasr_doctor.locks import descent, ledger, removal_pass, retry_policy, sweeping, tree_removal
from winasr_doctor.windows import errors
from winasr_doctor.windows.errors import DeleteClass

from .table import everywhere, fault, put

RETRYING = "locks/test_retrying.py"
RMTREE = "locks/test_rmtree.py"
POLICY = "locks/test_policy.py"
LEDGER = "locks/test_ledger.py"
SWEEPING = "locks/test_sweeping.py"
GUARD = "guard/test_guard.py"
WINERROR = "windows/test_errors.py"


# --- which errors are tried again, and how long ---------------------------------------------


@fault(RETRYING)
def never_retry():
    """The first failed attempt is the last."""
    put(retry_policy.RetryPolicy, "delay", lambda *_: None)


@fault(RETRYING)
def retry_permanent_codes():
    """A full disk and a missing right are waited for as if they were a lock."""
    for code, entry in errors.CODES.items():
        if entry.delete is DeleteClass.PERMANENT:
            errors.CODES[code] = entry._replace(delete=DeleteClass.TRANSIENT)


@fault(RETRYING)
def wait_for_access_denied():
    """ "Access denied" gets the whole budget instead of half a second."""
    errors.CODES[5] = errors.CODES[5]._replace(grace=None)


@fault(RETRYING)
def wait_beyond_the_budget():
    """The last delay is as long as the others and ends after the time is over."""
    delay = retry_policy.RetryPolicy.delay

    def too_long(self, elapsed):
        seconds = delay(self, elapsed)
        return None if seconds is None else max(seconds, 0.3)

    put(retry_policy.RetryPolicy, "delay", too_long)


@fault(POLICY)
def jitter_that_prolongs():
    """A delay is made longer by the jitter, not shorter."""
    delay = retry_policy.RetryPolicy.delay

    def longer(self, elapsed):
        seconds = delay(self, elapsed)
        return None if seconds is None else seconds * (1 + self.jitter)

    put(retry_policy.RetryPolicy, "delay", longer)


@fault(WINERROR)
def classify_by_message():
    """An error without a code is judged by the number in its text."""
    classify = errors.classify

    def by_text(exc, **options):
        has_code = getattr(exc, "winerror", None) is not None
        found = None if has_code else re.search(r"\[WinError (\d+)\]", str(exc))
        entry = errors.CODES.get(int(found[1])) if found else None
        if entry is None:
            return classify(exc, **options)
        return errors.Classification(entry.delete, entry.code)

    everywhere(classify, by_text)


@fault(WINERROR)
def overlook_the_masked_32():
    """WinError 267 is believed although a sharing violation is behind it."""
    put(errors, "_is_masked", lambda *_: False)


# --- deleting ----------------------------------------------------------------------------------


@fault(RETRYING)
def wait_although_we_hold_the_file():
    """Nobody asks whether this process is the holder."""
    everywhere(tree_removal.ours, lambda *_: {})


@fault(RETRYING)
def never_let_go():
    """What this process holds is not released before the deletion gives up."""
    put(tree_removal._Deletion, "_let_go", lambda *_: False)


@fault(RMTREE, links=True)
def follow_a_symlink():
    """What a link in the tree leads to is deleted with the tree."""

    remove = removal_pass.Tree.remove

    def following(self):
        for folder, folders, files in os.walk(self.path, topdown=False, followlinks=True):
            for path in (os.path.join(folder, name) for name in files):
                os.unlink(path)
            for path in (os.path.join(folder, name) for name in folders):
                os.unlink(path) if os.path.islink(path) else os.rmdir(path)
        return remove(self)

    put(removal_pass.Tree, "remove", following)


@fault(RETRYING)
def stop_at_the_first_failure():
    """One locked file keeps everything after it in place."""
    note, remove = removal_pass.Tree._on_error, removal_pass.Tree.remove

    class StopError(Exception):
        pass

    def once(self, function, path, error):
        note(self, function, path, error)
        raise StopError

    def stopping(self):
        try:
            return remove(self)
        except StopError:
            return self._failures

    put(removal_pass.Tree, "_on_error", once)
    put(removal_pass.Tree, "remove", stopping)


@fault(RETRYING)
def leave_the_read_only_attribute():
    """A read-only file stays."""
    put(removal_pass, "add_write_right", lambda *_, **__: False)


@fault(RMTREE)
def let_the_hook_fail():
    """What `on_attempt` raises ends the deletion."""
    note = tree_removal._Deletion._note

    def careless(self, *given):
        hook, self._on_attempt = self._on_attempt, None
        note(self, *given)
        self._on_attempt = hook
        if hook is not None:
            hook(self._attempts[-1])

    put(tree_removal._Deletion, "_note", careless)


# --- the ledger and the sweep ------------------------------------------------------------------


@fault(LEDGER)
def lose_the_ledger_entry():
    """What is left behind is said to be recorded and is not."""
    put(ledger.Ledger, "leave", lambda *_: True)


@fault(LEDGER)
def record_in_memory_only():
    """Entries die with the process that made them."""

    def remember(self, entry):
        self._unwritten.append(entry)
        return entry

    put(ledger.Ledger, "_write", remember)


@fault(GUARD)
def keep_settled_entries():
    """An entry stays in the ledger although its folder is gone."""
    put(ledger.Ledger, "settle", lambda *_: None)


@fault(SWEEPING)
def sweep_whatever_is_there():
    """A folder that took the place of a leftover is deleted as if it were the leftover."""

    class Same:
        def __eq__(self, other):
            return True

        def __hash__(self):
            return 0

        def _replace(self, **_):
            return self

    put(sweeping, "identify", lambda path: Same() if os.lstat(path) else None)
    remove = sweeping.remove

    def remove_anything(*given, identity, **options):
        return remove(*given, **options)

    put(sweeping, "remove", remove_anything)


@fault(SWEEPING)
def sweep_what_is_in_use():
    """The folders of living processes are swept."""
    put(sweeping, "_in_use", lambda _entry: "")


@fault(SWEEPING)
def trust_a_process_number():
    """A process with the number of the dead owner protects its leftovers for ever."""
    import psutil

    put(sweeping, "_is_alive", lambda owner: psutil.pid_exists(owner.pid))


@fault(SWEEPING, links=True)
def sweep_through_a_link():
    """A link in the place of an inner folder is followed."""
    put(descent, "same_folder", lambda *_: True)
    put(descent, "_ENTER", descent._ENTER & ~os.O_NOFOLLOW)
