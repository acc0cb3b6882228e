"""Small apps, a made-up NeMo of the real one's shape, and `run` as a program of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import winasr_doctor
from winasr_doctor.run.interpreter import reads_startup

PACKAGE = Path(winasr_doctor.__file__).parents[1]
"""Where the package that is tested lies, compiled: each app is a process of its own."""

NEMO = {
    "nemo.core.connectors.save_restore_connector": """
        import os, tempfile

        def restore_from(work=lambda: None):
            with tempfile.TemporaryDirectory() as folder:
                open(os.path.join(folder, "model_weights.ckpt"), "w").close()
                work()
                return "model"
        """,
    "nemo.collections.asr.parts.mixins.transcription": """
        import os, tempfile

        def transcribe(work=lambda: None):
            with tempfile.TemporaryDirectory() as folder:
                open(os.path.join(folder, "manifest.json"), "w").close()
                work()
                return ["the text"]
        """,
    "nemo.core.classes.modelPT": """
        class AppState:
            pass

        class ModelPT:
            @classmethod
            def restore_from(cls):
                return cls
        """,
}

LOAD = "from nemo.core.connectors.save_restore_connector import restore_from\n"
TRANSCRIBE = "from nemo.collections.asr.parts.mixins.transcription import transcribe\n"


@dataclass
class Place:
    """Where a test's app lives, and how it is started.

    Attributes:
        folder: Holds the app; the current folder of what is started.
        scratch: Where `run` makes the app's TEMP.
        variables: The environment.
    """

    folder: Path
    scratch: Path
    variables: dict[str, str] = field(default_factory=dict)

    def write(self, name: str, source: str) -> str:
        """Write an app; return its name."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(source), encoding="utf-8")
        return name

    def command(self, *app: str, options: tuple[str, ...] = ()) -> list[str]:
        """Return the command line of `run`."""
        if not reads_startup():
            pytest.skip("this Python reads no PYTHONPATH: see test_isolated_python.py")
        own = ("--scratch", str(self.scratch), *options)
        return [sys.executable, "-m", "winasr_doctor", "run", *own, "--", *app]

    def run(
        self, *app: str, options: tuple[str, ...] = ("-q",), **more: str
    ) -> subprocess.CompletedProcess[str]:
        """Run an app under `run`."""
        return self._start(self.command(*app, options=options), **more)

    def plain(self, *app: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run an app as Python does."""
        return self._start([sys.executable, *app], **more)

    def popen(self, *app: str, options: tuple[str, ...] = ("-q",)) -> subprocess.Popen[str]:
        """Start an app under `run`, without a terminal."""
        return subprocess.Popen(
            self.command(*app, options=options),
            cwd=self.folder,
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def _start(self, command: list[str], **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **more,
        )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return a place with a made-up NeMo, and with a ledger of its own."""
    site = tmp_path / "site-packages"
    for name, source in NEMO.items():
        *packages, module = name.split(".")
        for depth in range(1, len(packages) + 1):
            package = site.joinpath(*packages[:depth])
            package.mkdir(parents=True, exist_ok=True)
            (package / "__init__.py").write_text('__version__ = "9.9.9"\n')
        site.joinpath(*packages, f"{module}.py").write_text(textwrap.dedent(source))
    folder = tmp_path / "app"
    folder.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COV_")}
    paths = (str(site), str(PACKAGE))
    variables = {
        **kept,
        "PYTHONPATH": os.pathsep.join(paths),
        "WINASR_DOCTOR_STATE": str(tmp_path / "state"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    variables.pop("WINASR_DOCTOR_RUN", None)
    return Place(folder, tmp_path / "scratch", variables)
