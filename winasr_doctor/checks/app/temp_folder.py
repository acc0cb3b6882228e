"""APP005: TEMP changed after `tempfile` has chosen its folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.checks.app.common import found, over_each_file
from winasr_doctor.checks.app.variables import changes, import_before
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, Step, warning
from winasr_doctor.machine.base import Machine

CODE = "APP005"
VARIABLES = frozenset({"TEMP", "TMP", "TMPDIR"})
ASK_EARLY = frozenset({"nemo", "torch", "gradio", "lightning", "datasets", "wandb"})
"""Packages that call `tempfile.gettempdir()`, or create a temporary folder, when imported."""


_RESET = "tempfile.tempdir = None"


def _look(file: SourceFile) -> Iterator[Finding]:
    if "tempfile.tempdir" in file.text:
        return
    for node, _name, at_module_level in changes(file, VARIABLES):
        fixed_at = import_before(
            file, node, ASK_EARLY, ("tempfile.",), at_module_level=at_module_level
        )
        if fixed_at is not None:
            yield found(
                warning,
                CODE,
                file,
                node,
                f"TEMP is changed after Python has chosen its temp folder (line {fixed_at})",
                [
                    Remedy(
                        "Change it first",
                        (f"In {file.spot(node)}, move this line above line {fixed_at}",),
                    ),
                    Remedy(
                        "Reset tempfile too",
                        (
                            Step(
                                f"After {file.spot(node)}, add", "tempfile.tempdir = None", "python"
                            ),
                        ),
                    ),
                ],
            )


@check(CODE)
def temp_is_changed_too_late(host: Machine) -> Iterable[Finding]:
    """TEMP is changed after tempfile has chosen its folder.

    **What.** Assignments to `os.environ["TEMP"]`, `TMP` or `TMPDIR`.
    **Why.** `tempfile` reads them once, when it is first asked for its folder, and remembers the
    answer. Importing NeMo, torch or Gradio asks for it. After that, the change affects only child
    processes.
    **Decided by.** The assignment comes after such an import in the module or the function, or is
    in a function of a module that has one. Setting `tempfile.tempdir` silences the check.
    **Do.** Change it before the first import, or set `tempfile.tempdir` as well.
    **Source.** docs.python.org, `tempfile.gettempdir` and `tempfile.tempdir`.
    """
    return _RUN(host)


_WRITTEN = tuple(f"{mark}{name}{mark}" for name in sorted(VARIABLES) for mark in "'\"")
_RUN = over_each_file(CODE, _look, "TEMP is not changed too late", (_WRITTEN,))
