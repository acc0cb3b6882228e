"""Cases for the guard, using a stand-in with the same two `with` statements as NeMo.

As in NeMo, both use a real `tempfile.TemporaryDirectory`, looked up in the module `tempfile`: one
in a function for loading, one in a generator for transcribing.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from winasr_doctor._guard import guard
from winasr_doctor.faults import windows_sharing
from winasr_doctor.faults.sharing import processes
from winasr_doctor.frameworks.nemo.sites import LOADING, TRANSCRIBING
from winasr_doctor.gate.suite.table import CaseFolder, NotHere, case, expect, there
from winasr_doctor.locks import sweep

Work = Callable[[Path], Any]


class _StandIn:
    """The stand-in module while it is in `sys.modules`."""

    def __init__(self) -> None:
        self.modules = {name: ModuleType(name) for name in (LOADING.module, TRANSCRIBING.module)}
        for module in self.modules.values():
            vars(module)["tempfile"] = tempfile

    def load(self, work: Work) -> Any:  # noqa: ANN401 - whatever the work returns
        """Do what `restore_from` does."""
        with vars(self.modules[LOADING.module])["tempfile"].TemporaryDirectory() as folder:
            return work(Path(folder))

    def transcribe(self, work: Work) -> list[Any]:
        """Do what `transcribe` does."""

        def generate() -> Iterator[Any]:
            with vars(self.modules[TRANSCRIBING.module])["tempfile"].TemporaryDirectory() as folder:
                yield work(Path(folder))

        return list(generate())


@contextmanager
def _stand_in(place: CaseFolder) -> Iterator[_StandIn]:
    asr, temp = _StandIn(), tempfile.tempdir
    before = {name: sys.modules.get(name) for name in asr.modules}
    sys.modules.update(asr.modules)
    tempfile.tempdir = str(place.folder)
    try:
        yield asr
    finally:
        tempfile.tempdir = temp
        for name, module in before.items():
            del sys.modules[name]
            if module is not None:
                sys.modules[name] = module


def _writes(name: str, then: object = "result") -> Work:
    """Return a function that writes a file into its folder, then returns or raises something."""

    def work(folder: Path) -> object:
        (folder / name).write_text("one\ntwo\n", encoding="utf-8")
        if isinstance(then, BaseException):
            raise then
        return then

    return work


def _raised(action: Callable[[], object]) -> BaseException | None:
    try:
        action()
    except BaseException as error:  # noqa: BLE001 - also a KeyboardInterrupt is the subject
        return error
    return None


_HELD = "unlink:32*inf@manifest.json"


@case
def without_the_guard(place: CaseFolder) -> None:
    """Without the guard a text is lost, so that the other cases mean something."""
    with _stand_in(place) as asr, place.faults(_HELD):
        error = _raised(lambda: asr.transcribe(_writes("manifest.json")))
    expect(isinstance(error, OSError), f"{error!r} came out")


@case
def a_text_is_kept(place: CaseFolder) -> None:
    """A text is kept when its folder stays locked."""
    with _stand_in(place) as asr, place.faults(_HELD), guard() as session:
        texts = asr.transcribe(_writes("manifest.json", "text"))
    expect(texts == ["text"], f"the texts are {texts}")
    (report,) = session.cleanups
    expect(not report.gone and report.deferred, f"{report.status.value}, {report.deferred=}")


@case
def a_model_is_kept(place: CaseFolder) -> None:
    """A model is kept when its folder stays locked."""
    with _stand_in(place) as asr, place.faults("rmdir:32*inf"), guard() as session:
        model = asr.load(_writes("model_weights.ckpt", "model"))
    expect(model == "model", f"{model!r} was loaded")
    expect(len(session.cleanups) == 1, f"{len(session.cleanups)} cleanups are reported")


@case
def a_passing_lock(place: CaseFolder) -> None:
    """After a passing lock nothing is left, and nothing is recorded."""
    with _stand_in(place) as asr, place.faults("unlink:32*3"), guard() as session:
        asr.load(_writes("model_weights.ckpt"))
    (report,) = session.cleanups
    expect(report.gone and not there(Path(report.path)), f"left: {report.leftovers}")
    expect(not place.ledger.entries(), f"recorded: {place.ledger.entries()}")


@case
def what_is_left_goes_later(place: CaseFolder) -> None:
    """The next sweep removes what the guard leaves."""
    with _stand_in(place) as asr, place.faults(_HELD), guard() as session:
        asr.transcribe(_writes("manifest.json"))
    path = session.cleanups[0].path
    expect(there(Path(path)), "it is not there")
    expect(sweep().removed == (path,), "the sweep did not remove it")


@case
def the_true_error(place: CaseFolder) -> None:
    """NeMo's own error is raised unchanged when its folder stays locked."""
    before, own = KeyError("target"), ValueError("bad config")

    def work(folder: Path) -> None:
        try:
            _writes("manifest.json", before)(folder)
        except KeyError:
            raise own  # noqa: B904 - an implicit context is the subject

    with _stand_in(place) as asr, place.faults(_HELD), guard():
        error = _raised(lambda: asr.transcribe(work))
    expect(error is own, f"{error!r} came out")
    expect(own.__context__ is before, "what led to it is lost")


@case
def an_oserror_of_its_own(place: CaseFolder) -> None:
    """A permission that NeMo itself lacks is not taken for a failed cleanup."""
    own = PermissionError(13, "denied", "somewhere else")
    with _stand_in(place) as asr, place.faults("unlink:32*1"), guard():
        error = _raised(lambda: asr.load(_writes("weights", own)))
    expect(error is own, f"{error!r} came out")


@case
def a_stop(place: CaseFolder) -> None:
    """Ctrl+C is raised, and the folder is removed all the same."""
    own = KeyboardInterrupt()
    with _stand_in(place) as asr, place.faults("unlink:32*1"), guard() as session:
        error = _raised(lambda: asr.load(_writes("weights", own)))
    expect(error is own, f"{error!r} came out")
    expect(len(session.cleanups) == 1 and session.cleanups[0].gone, f"{session.cleanups}")


@case
def our_own_reader(place: CaseFolder) -> None:
    """The guard closes a manifest that a suspended reader holds; the real error is raised."""
    if not processes.available():
        raise NotHere("Windows' sharing rules need Linux's /proc, or Windows")

    def reader(file: Path) -> Iterator[str]:
        with file.open(encoding="utf-8") as lines:
            yield from lines

    def work(folder: Path) -> None:
        _writes("manifest.json")(folder)
        lines = reader(folder / "manifest.json")
        raise MemoryError(next(lines), lines)

    with _stand_in(place) as asr, windows_sharing() as rules, guard() as session:
        error = _raised(lambda: asr.transcribe(work))
    expect(type(error) is MemoryError, f"{error!r} came out")
    expect(sys.platform == "win32" or rules.refusals, "the manifest was not held")
    expect(session.cleanups[0].gone, f"left: {session.cleanups[0].leftovers}")
    expect(not place.time.sleeps, f"{sum(place.time.sleeps):.2f} s were waited")


@case
def other_folders(place: CaseFolder) -> None:
    """Other temporary folders do not change while the guard is on."""
    with _stand_in(place), guard():
        folder = tempfile.TemporaryDirectory()
        expect(type(folder).__module__ == "tempfile", "it is replaced")
        _writes("manifest.json")(Path(folder.name))
        with place.faults(_HELD):
            error = _raised(folder.cleanup)
        expect(isinstance(error, OSError), f"{error!r} came out")


@case
def everything_restored(place: CaseFolder) -> None:
    """The last block restores NeMo, and no earlier one does."""
    with _stand_in(place) as asr:
        modules = asr.modules.values()
        with guard():
            with guard():
                pass
            patched = [vars(module)["tempfile"] is not tempfile for module in modules]
            expect(all(patched), "the end of an inner block ended the outer one")
        restored = [vars(module)["tempfile"] is tempfile for module in modules]
        expect(all(restored), "a patch is still in place")


@case
def patches_of_others(place: CaseFolder) -> None:
    """Later patches by others stay in place."""
    theirs = ModuleType("tempfile")
    with _stand_in(place) as asr:
        names = vars(asr.modules[LOADING.module])
        with guard():
            names["tempfile"] = theirs
        expect(names["tempfile"] is theirs, "it was overwritten")
