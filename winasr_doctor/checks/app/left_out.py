"""APP018: source that was not examined."""

from __future__ import annotations

from collections.abc import Iterable

from winasr_doctor.checks.base import check
from winasr_doctor.checks.deferred import NO_SOURCE
from winasr_doctor.findings import Finding, Remedy, Step, info, ok, skip, warning
from winasr_doctor.machine.base import Machine

CODE = "APP018"
_SHOWN = 5
_SCAN = "python -m winasr_doctor scan --app"


@check(CODE)
def was_not_examined(host: Machine) -> Iterable[Finding]:
    """Part of the app's source was left out of the scan.

    **What.** Tests and vendored code below the given folders, which are left out by default; files
    that could not be examined.
    **Why.** Tests do on purpose what the app must not do, and vendored code is not yours to change.
    You should know what a clean scan did not look at.
    **Decided by.** Folders named tests, test, vendor, third_party and the like, and files named
    `test_*.py`, `*_test.py` and `conftest.py`. If nothing at all could be examined, this is a
    warning and every other APP check is unknown: a scan of nothing never passes.
    **Do.** Name such a folder or file itself to examine it: `scan --app tests`.
    **Source.** docs.pytest.org, "Conventions for Python test discovery"; pip's and setuptools'
    `_vendor` folders.
    """
    app = host.app
    if not app.roots and not app.files:
        yield skip(NO_SOURCE)
    elif not app.files:
        reasons = app.unexamined[:_SHOWN]
        steps = (
            *(Step(reason[:1].upper() + reason[1:]) for reason in reasons),
            Step("Correct this, or give another folder", f"{_SCAN} FOLDER"),
        )
        yield warning(
            "none of the app's source could be examined, so nothing is known about it",
            {"given": list(app.roots)},
            [Remedy("Give the scan source that it can read", steps)],
        )
    elif app.left_out:
        shown = ", ".join(app.left_out[:_SHOWN])
        more = len(app.left_out) - _SHOWN
        rest = f" and {more} more" if more > 0 else ""
        steps = (Step("Run", f"{_SCAN} {app.left_out[0]}"),)
        yield info(
            f"tests and vendored code are left out: {shown}{rest}",
            {"left_out": list(app.left_out), "files": len(app.files)},
            [Remedy("Examine them too", steps)],
        )
    else:
        yield ok("all of the app's source was examined", {"files": len(app.files)})
