"""Unmodified scripts under `run`: whatever is locked, for however long, no result is lost."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from winasr_doctor.run.verdict import KEPT, Phase

from . import tiny_models
from .conftest import F3, KLATT3, NEMO_FILE
from .forked_apps import AppServer

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the apps are forked")

APPS = Path(__file__).parent / "apps"
RECORDING = str(KLATT3[0])

LENGTHS = {"once": "*1", "beyond the budget": "~8", "for ever": "*inf"}
"""The end of a fault in a plan: a removal is tried for 3 seconds, and some scripts make two."""

FOR_EVER = ("for ever",)


@dataclass(frozen=True)
class App:
    """A script of `apps`.

    Attributes:
        name: Its name.
        arguments: What it gets; `{models}` stands for the folder of the tiny models.
        locked: The file that a lock keeps from being deleted.
        phase: Where that would cost its result.
        bad: An argument with which NeMo fails, and the number of the one that it replaces.
        lengths: How long the file is locked; only for ever where another script has the same site.
    """

    name: str
    arguments: tuple[str, ...]
    locked: str
    phase: Phase
    bad: tuple[int, str] | None = None
    lengths: tuple[str, ...] = tuple(LENGTHS)


WEIGHTS, MANIFEST, VOICE = "model_weights.ckpt", "manifest.json", "speaker_model.nemo"
BUNDLED, STREAMING, SPEAKERS = str(NEMO_FILE), "{models}/streaming.nemo", "{models}/speakers.nemo"

SCRIPTS = (
    App("load", (BUNDLED,), WEIGHTS, Phase.LOADING, (0, "{models}/damaged.nemo")),
    App("configuration", (STREAMING,), "model_config.yaml", Phase.LOADING),
    App(
        "save",
        ("{models}/streaming.yaml", "saved.nemo"),
        WEIGHTS,
        Phase.SAVING,
        (1, "{models}/streaming.yaml/saved.nemo"),
    ),
    App("transcribe", (BUNDLED, RECORDING), MANIFEST, Phase.TRANSCRIBING, (1, "{stereo}")),
    App("biasing", (BUNDLED, RECORDING), MANIFEST, Phase.TRANSCRIBING, lengths=FOR_EVER),
    App("buffered", (BUNDLED, RECORDING), WEIGHTS, Phase.LOADING, lengths=FOR_EVER),
    App("streaming", (STREAMING, RECORDING), WEIGHTS, Phase.LOADING, lengths=FOR_EVER),
    App("align", (STREAMING, RECORDING), MANIFEST, Phase.TRANSCRIBING, lengths=FOR_EVER),
    App(
        "segments",
        ("{models}/sortformer.nemo", RECORDING),
        MANIFEST,
        Phase.DIARIZING,
        (1, "{broken}"),
    ),
    App(
        "cluster",
        ("{models}/clustering.yaml", SPEAKERS, RECORDING),
        VOICE,
        Phase.SAVING,
    ),
    App("neural", (RECORDING,), MANIFEST, Phase.DIARIZING, (0, "missing.wav")),
    App("graph", ("model.arpa",), "output.fst", Phase.LOADING, (0, "missing.arpa")),
    App(
        "verify",
        (SPEAKERS, RECORDING, str(F3[0])),
        "tmp_manifest1.json",
        Phase.VERIFYING,
        (2, "missing.wav"),
    ),
    App(
        "enhance",
        ("{models}/enhancer.nemo", RECORDING),
        MANIFEST,
        Phase.ENHANCING,
        (1, "{broken}"),
    ),
)
NEEDED = {
    "align": ("nemo.collections.asr.parts.utils.aligner_utils", "get_batch_variables"),
    "biasing": ("nemo.collections.asr.parts.context_biasing.boosting_graph_batched", ""),
    "buffered": ("nemo.collections.asr.parts.utils.streaming_utils", "BatchedFrameASRTDT"),
    "neural": ("nemo.collections.asr.models.msdd_models", "NeuralDiarizer"),
}
"""What a script is about and some releases lack: a module, and a name in it."""


def is_missing(module: str, name: str) -> bool:
    if find_spec(module) is None:
        return True
    return bool(name) and not hasattr(import_module(module), name)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory, app_server: AppServer) -> Path:
    """Return the folder of the tiny models; the server is forked before they are made."""
    folder = tmp_path_factory.mktemp("models")
    tiny_models.write_all(folder)
    return folder


@dataclass
class Ran:
    """What came of a script under `run`."""

    code: int
    out: str
    said: str
    verdict: dict[str, Any]


Run = Callable[..., Ran]


@pytest.fixture
def under_run(
    run: Callable[..., Any],
    app_server: AppServer,
    models: Path,
    stereo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Return a function that runs a script under `run`, with a fault if one is given."""
    monkeypatch.setattr("winasr_doctor.run.parent.started", app_server.started)

    def start(app: App, *, fault: str = "", bad: bool = False) -> Ran:
        if is_missing(*(needed := NEEDED.get(app.name, ("nemo", "")))):
            pytest.skip(f"this NeMo lacks {' '.join(needed)}")
        given = list(app.arguments)
        if bad and app.bad is not None:
            given[app.bad[0]] = app.bad[1]
        (broken := tmp_path / "broken.wav").write_bytes(b"no recording")
        words = [each.format(models=models, stereo=stereo, broken=broken) for each in given]
        inject = ("--inject", fault) if fault else ()
        options = ("-q", "--silence", "0", "--scratch", "scratch", "--report", "run.json")
        done = run("run", *options, *inject, "--", APPS / f"{app.name}.py", *words)
        verdict = json.loads((tmp_path / "run.json").read_text())
        assert list((tmp_path / "scratch").iterdir()) == []
        assert done.code == 0, app_server.output[1][-3000:]
        return Ran(done.code, app_server.output[0], done.err, verdict)

    return start


@pytest.mark.parametrize("app", SCRIPTS, ids=lambda app: app.name)
def test_no_lock_costs_a_result(app: App, under_run: Run, tmp_path: Path):
    plain = under_run(app)
    assert not plain.out.startswith("failed: ")
    assert "nothing had to be rescued" in plain.said
    for length in app.lengths:
        for each in (tmp_path / "work", tmp_path / "enhanced"):
            if each.exists():
                each.rename(f"{each} {length}")
        fault = f"unlink:32{LENGTHS[length]}@*{app.locked}"
        ran = under_run(app, fault=fault)
        assert ran.out == plain.out
        assert ran.verdict["injected"][fault] >= 1
        told = [each for each in ran.verdict["rescued"] if each["phase"] == app.phase.label]
        assert told
        assert all(each["file"].endswith(app.locked) for each in told)
        assert {each["gone"] for each in told} == {length == "once"}
        assert f"{app.phase.label}: WinError 32 on " in ran.said
        assert KEPT[app.phase] in ran.said
        assert "left: nothing" in ran.said


@pytest.mark.parametrize("app", [each for each in SCRIPTS if each.bad], ids=lambda app: app.name)
def test_the_true_error_comes_out(app: App, under_run: Run):
    plain = under_run(app, bad=True)
    assert "failed: " in plain.out
    ran = under_run(app, bad=True, fault=f"unlink:32*inf@*{app.locked}")
    assert ran.out == plain.out
    error = ran.out.rpartition("failed: ")[2].strip()
    told = [each for each in ran.verdict["rescued"] if each["phase"] == app.phase.label]
    if app.phase is not Phase.VERIFYING:  # it leaves its folder to the garbage collection then
        assert [each["error"] for each in told][-1:] == [error]
        assert f"the real error was raised, {error}" in ran.said
