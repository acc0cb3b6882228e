"""Cases for diagnosing errors: by number, and the real error before the one that hides it."""

from __future__ import annotations

from winasr_doctor.diagnosis import diagnose
from winasr_doctor.faults import windows_error
from winasr_doctor.gate.suite.table import CaseFolder, case, expect
from winasr_doctor.windows.errors import DeleteClass, classify


def _hidden_by_a_cleanup(own: BaseException, place: CaseFolder) -> BaseException:
    """Return what is raised when a cleanup fails while an error propagates."""
    locked = windows_error(32, str(place.folder / "tmp0" / "manifest.json"))
    try:
        try:
            raise own
        finally:
            raise locked
    except OSError as out:
        return out


@case
def the_hidden_error(place: CaseFolder) -> None:
    """The diagnosis reports the error that a failed cleanup hides."""
    own = RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
    diagnosis = diagnose(_hidden_by_a_cleanup(own, place))
    expect(diagnosis.hidden, "the diagnosis does not notice the hidden error")
    told = "" if diagnosis.primary is None else diagnosis.primary.message
    expect("CUDA out of memory" in told, f"the diagnosis reports {told!r}")


@case
def a_lone_cleanup_error(place: CaseFolder) -> None:
    """A failed cleanup that hides nothing is reported as a failed cleanup."""
    diagnosis = diagnose(windows_error(32, str(place.folder / "tmp0" / "manifest.json")))
    expect(not diagnosis.hidden, "the diagnosis says that it hides another error")
    expect(diagnosis.winerror == 32, f"the diagnosis reports WinError {diagnosis.winerror}")  # noqa: PLR2004


@case
def numbers_count(place: CaseFolder) -> None:
    """An error without a number is not judged by its text."""
    del place
    meaning = classify(OSError("[WinError 32] The process cannot access the file"))
    expect(meaning.delete is not DeleteClass.TRANSIENT, "it would be waited for")


@case
def translated_texts(place: CaseFolder) -> None:
    """An error with a number is judged by it, in any language."""
    error = windows_error(32, str(place.folder / "manifest.json"))
    error.strerror = "Le processus ne peut pas accéder au fichier"
    expect(classify(error).delete is DeleteClass.TRANSIENT, "it would not be waited for")
