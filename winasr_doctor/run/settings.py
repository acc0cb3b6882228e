"""The settings that the parent passes to the app's processes: a small file, named by a variable."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import MutableMapping
from dataclasses import asdict, dataclass
from pathlib import Path

VARIABLE = "WINASR_DOCTOR_RUN"
"""Variable with the path of the settings file; also read by `startup/sitecustomize.py`."""

STARTUP = str(Path(__file__).parent / "startup")
"""The folder that is put first on `PYTHONPATH`."""

TEMP_VARIABLES = ("TMPDIR", "TEMP", "TMP")
"""Python reads them in this order, on Windows too. Source: docs.python.org, `tempfile`."""


@dataclass(frozen=True, slots=True)
class RunSettings:
    """The settings for every process of the app.

    Attributes:
        events: The folder for reports; see `events`.
        prefix: `sys.prefix` of the app. Other Pythons that it starts are left alone.
        plan: The fault plan's text; empty for none.
        silence: Seconds without progress after which that is reported; 0 for never.
        folders: The run's folders, which the app itself owns once it has started.
        claims: The parent's ledger entries for them, which are void from then on.
        temp: The private TEMP; empty if the app's own deletions are to fail as they would.
        retry_in: Other folders in which a deletion by the app is tried again before it fails.
    """

    events: str
    prefix: str = sys.prefix
    plan: str = ""
    silence: float = 60.0
    folders: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    temp: str = ""
    retry_in: tuple[str, ...] = ()

    def write(self, file: Path) -> None:
        """Write the settings where `read` finds them."""
        file.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, file: str) -> RunSettings:
        """Read settings that `write` wrote."""
        document = json.loads(Path(file).read_text(encoding="utf-8"))
        lists = {name: tuple(document.get(name, ())) for name in ("folders", "claims", "retry_in")}
        return cls(**{**document, **lists})


def point(variables: MutableMapping[str, str], *, scratch: str, settings: str) -> None:
    """Point an environment at a scratch folder, and at our startup file.

    Args:
        variables: The environment to change.
        scratch: The folder for temporary files.
        settings: The settings file.
    """
    variables.update(dict.fromkeys(TEMP_VARIABLES, scratch))
    variables[VARIABLE] = settings
    others = [
        entry
        for entry in variables.get("PYTHONPATH", "").split(os.pathsep)
        if entry and entry != STARTUP
    ]
    variables["PYTHONPATH"] = os.pathsep.join((STARTUP, *others))
