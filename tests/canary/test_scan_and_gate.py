"""The scan and the gate on a Canary-Qwen in the Hub's cache."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from winasr_doctor.gate import StepState
from winasr_doctor.gate.child import Child
from winasr_doctor.gate.selftest_child import run as run_child
from winasr_doctor.gate.selftests import selftests
from winasr_doctor.gate.settings import GateSettings
from winasr_doctor.machine.live import LiveMachine
from winasr_doctor.scanning import scan

from .conftest import COMMIT, QWEN, SALM, Fill
from .hub_server import StandIn

NAME = "canary-qwen-2.5b"


def found(code: str, **options: Any) -> Any:
    (result,) = scan(LiveMachine(**options), select=[code]).results
    return result


@pytest.mark.parametrize("code", ["NEM010", "NEM011"])
def test_a_scan_finds_nothing_wrong_with_a_complete_one(filled: Path, code: str):
    assert found(code).status.value == "pass"


@pytest.mark.parametrize("symlinks", [True, False])
def test_a_scan_finds_real_weights_that_were_cut_off(fill: Fill, checkpoint: Any, symlinks: bool):
    data = checkpoint.salm["model.safetensors"]
    fill(salm={"model.safetensors": data[:-100]}, symlinks=symlinks)
    result = found("NEM010")
    assert result.severity.value == "error"
    assert f"is cut off: its header asks for {len(data)} bytes" in result.summary


def test_a_scan_finds_what_is_missing_offline(fill: Fill):
    fill(salm={"model.safetensors": None}, qwen={"tokenizer.json": None})
    assert found("NEM010").severity.value == "error"
    result = found("NEM011")
    assert (result.severity.value, result.evidence["missing"]) == ("warning", ["tokenizer.json"])


def test_a_folder_that_the_scan_warns_of_is_what_nemo_loads(
    fill: Fill, checkpoint: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    fill()
    folder = tmp_path / "app" / SALM
    folder.mkdir(parents=True)
    for name, data in checkpoint.salm.items():
        (folder / name).write_bytes(data)
    monkeypatch.chdir(tmp_path / "app")
    assert found("NEM012").severity.value == "warning"

    from nemo.collections.speechlm2.models import SALM as Salm  # noqa: N811

    Salm.from_pretrained(SALM, revision="no such revision")


class Here:
    """The gate's child in this very process, which has NeMo already."""

    def __init__(self, task: Any) -> None:
        self._answers: list[Mapping[str, Any]] = []
        run_child(task, self._answers.append)

    def next(self, seconds: float) -> Mapping[str, Any]:
        return self._answers.pop(0)


@contextmanager
def here(name: str, task: Any) -> Iterator[Here]:
    assert name == "winasr_doctor.gate.selftest_child:run"
    yield Here(task)


def gate_of(models: tuple[str, ...]) -> Any:
    settings = GateSettings(plans=(), models=models, device="cpu")
    return selftests(settings, lambda _line: None, here)


def test_the_gate_runs_it_with_and_without_the_plan(fill: Fill):
    fill()
    step = gate_of((NAME,))
    _bundled, clean, locked = step.cases
    assert clean.state is StepState.PASS, clean
    assert (clean.facts["model"], clean.facts["revision"]) == (NAME, COMMIT)
    assert (clean.facts["texts_right"], clean.facts["texts"]) == (3, 3)
    assert locked.state is StepState.SKIP, locked
    assert locked.facts["texts_right"] == 3
    assert step.state is StepState.PASS
    assert json.dumps(dict(clean.facts))


def test_the_gate_fails_with_weights_of_another_text(fill: Fill, checkpoint: Any):
    fill(salm={"model.safetensors": bytes(len(checkpoint.salm["model.safetensors"]))})
    step = gate_of((NAME,))
    assert {case.state for case in step.cases[1:]} == {StepState.FAIL}


def answer_of_a_child() -> Any:
    """Run the model in a process of its own, with the network that the test has."""
    task = {"device": "cpu", "plans": [""], "deadline": 240, "model": NAME}
    with Child("winasr_doctor.gate.selftest_child:run", task) as child:
        return child.next(300)


def test_a_gate_does_not_download_the_missing_rest_of_a_model(hub: StandIn, fill: Fill):
    fill(qwen={"tokenizer.json": None})
    answer = answer_of_a_child()
    assert answer["ending"] == "failed"
    assert "tokenizer.json" in answer["problems"]
    assert hub.asked == []


def test_a_gate_does_not_download_a_model(hub: StandIn, hub_cache: Path):
    answer = answer_of_a_child()
    assert answer["ending"] == "not_cached"
    assert f"model.safetensors of {SALM} is not in the local cache" in answer["problems"]
    assert hub.asked == []
    assert list(hub_cache.iterdir()) == []


def test_the_gate_asks_for_the_language_model_too(fill: Fill):
    fill(qwen={"config.json": None})
    case = gate_of((NAME,)).cases[-1]
    assert (case.state, case.name) == (StepState.FAIL, f"{NAME} without faults")
    assert f"config.json of {QWEN}" in case.detail
