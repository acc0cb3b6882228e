"""Deliberate faults in the guard, the diagnosis and the loader."""

from __future__ import annotations

import contextlib
import tempfile

from winasr_doctor._guard import core, directory, patches
from winasr_doctor._guard import handle_release as guard_releasing
from winasr_doctor.asr import jobs, named_lock, traceback_release
from winasr_doctor.diagnosis import core as diagnosis

from .table import everywhere, fault, put

GUARD = "guard/test_guard.py"
DIAGNOSIS = "diagnosis/test_diagnosis.py"


# --- the guard -----------------------------------------------------------------------------------


@fault(GUARD)
def let_cleanups_raise():
    """A folder that cannot be removed costs the result, as without the guard."""
    put(directory.GuardedDirectory, "cleanup", tempfile.TemporaryDirectory.cleanup)


@fault(GUARD)
def swallow_every_oserror():
    """An `OSError` of NeMo's own is taken for one of the cleanup and disappears."""
    _leaving_the_block(lambda error: isinstance(error, OSError))


@fault(GUARD)
def drop_what_led_to_the_error():
    """NeMo's own error loses its `__context__`."""

    def forget(error):
        if error is not None:
            error.__context__ = None

    _leaving_the_block(forget)


@fault(GUARD)
def catch_only_exception():
    """After Ctrl+C the folder is not removed."""
    leave = directory.GuardedDirectory.__exit__

    def only_exceptions(self, kind, error, trace):
        if error is None or isinstance(error, Exception):
            leave(self, kind, error, trace)

    put(directory.GuardedDirectory, "__exit__", only_exceptions)


def _leaving_the_block(then):
    leave = directory.GuardedDirectory.__exit__

    def leaving(self, kind, error, trace):
        leave(self, kind, error, trace)
        return then(error)

    put(directory.GuardedDirectory, "__exit__", leaving)


@fault(GUARD, proc=True)
def find_no_suspended_reader():
    """The guard does not find which of our objects keeps the manifest open."""
    put(guard_releasing, "objects_holding", lambda *_, **__: [])


@fault(GUARD)
def forget_to_restore():
    """The patches stay when the last block ends."""
    put(patches.Replacement, "undo", lambda _self: None)


@fault(GUARD)
def restore_too_early():
    """The end of an inner block ends the guarding of the outer one."""
    leave = core._Patches.leave

    def all_of_it(self, this):
        leave(self, this)
        self._take_off()

    put(core._Patches, "leave", all_of_it)


@fault(GUARD)
def undo_somebody_elses_patch():
    """What another library has patched since is overwritten at the end."""

    def rude(self):
        setattr(self._owner, self._name, self._before)

    put(patches.Replacement, "undo", rude)


@fault(GUARD)
def patch_tempfile_for_everybody():
    """The guard replaces `tempfile.TemporaryDirectory` itself."""
    begin = patches.Replacement.__init__

    def for_all(self, owner, name, value):
        if name == "tempfile":
            owner, name, value = tempfile, "TemporaryDirectory", value.TemporaryDirectory
        begin(self, owner, name, value)

    put(patches.Replacement, "__init__", for_all)


@fault("guard/test_interrupts.py")
def begin_before_noting_what_to_undo():
    """Ctrl+C between a patch and its note leaves the patch on for ever."""

    def put_first(self, target, module, *, complete):
        patch = target.patch(module)
        patch.put()
        self._undo.setdefault(target.module, patch)

    put(core._Patches, "_apply", put_first)


@fault("guard/test_changed_modules.py")
def leave_the_app_state():
    """After a failed load NeMo goes on believing that it is restoring a model."""

    def only_count(self, *_):
        self._under_way.discard(self)

    put(patches._Restoring, "__exit__", only_count)


# --- diagnosis and loader ------------------------------------------------------------------------


@fault(DIAGNOSIS)
def diagnose_without_context():
    """Only the exception that was raised is looked at, not what it hides."""
    chain_of = diagnosis.chain_of
    put(diagnosis, "chain_of", lambda error: chain_of(error)[:1])


@fault("asr/test_traceback_release.py")
def report_the_cleanup_error():
    """The outcome's error is the one that hides the real one."""
    everywhere(traceback_release.primary_error, lambda error, _: error)


@fault("asr/test_messages.py")
def keep_the_frames():
    """A failed call's memory and open files live as long as its exception."""
    everywhere(traceback_release.release_frames, lambda _error: None)


@fault("asr/test_named_lock.py")
def use_a_model_twice_at_once():
    """Calls on one model do not wait for each other."""
    put(named_lock.NamedLock, "taken", lambda *_: contextlib.nullcontext())


@fault("asr/test_jobs.py")
def swallow_a_stop_in_the_worker():
    """A `SystemExit` in the worker is taken for an end without a result."""
    settle = jobs._Worker._settle

    def careless(self, result):
        stop = isinstance(result, jobs.Failed) and not isinstance(result.error, Exception)
        settle(self, jobs.Done(None) if stop else result)

    put(jobs._Worker, "_settle", careless)
