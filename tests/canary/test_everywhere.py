"""Canary-Qwen in each command: scan, selftest, the page, and an unmodified app under `run`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from winasr_doctor.appsource.revision_uses import RevisionUse
from winasr_doctor.models.hub import ask_hub
from winasr_doctor.ui import texts
from winasr_doctor.ui.engine import Engine
from winasr_doctor.ui.job import TranscriptionJob
from winasr_doctor.ui.job_request import Models, Request
from winasr_doctor.ui.job_slot import JobSlot
from winasr_doctor.ui.models import ModelState, choices, read_cache

from .conftest import COMMIT, KLATT3, OLDER, RECORDINGS, SALM, TRUNCATED, Fill
from .hub_server import StandIn

APP = f"""
import sys
from nemo.collections.speechlm2.models import SALM
model = SALM.from_pretrained({SALM!r}, revision={{revision!r}}).eval()
asked = f"Transcribe the following: {{{{model.audio_locator_tag}}}}"
prompt = {{{{"role": "user", "content": asked, "audio": [sys.argv[1]]}}}}
answer = model.generate(prompts=[[prompt]], max_new_tokens=32)
print(model.tokenizer.ids_to_text(answer[0]))
"""


def test_the_self_test_runs_on_it(fill: Fill, run: Callable[..., Any]):
    fill()
    name = "canary-qwen-2.5b"
    result = run("selftest", "--model", name, "--device", "cpu", "--format", "json")
    assert result.code == 0, result
    told = json.loads(result.out)
    assert told["model"] == "canary-qwen-2.5b"
    assert [each["text"] for each in told["recordings"]] == [text for _path, text in RECORDINGS]


def test_the_self_test_says_when_it_is_not_here(hub_cache: Path, run: Callable[..., Any]):
    result = run("selftest", "--model", "canary-qwen", "--device", "cpu")
    assert result.code == 3
    assert f"{SALM} is not in the local cache" in result.out


def test_a_scan_completes_a_truncated_pin_from_the_cache(
    fill: Fill, tmp_path: Path, run: Callable[..., Any]
):
    fill()
    app = tmp_path / "app.py"
    app.write_text(APP.format(revision=TRUNCATED), "utf-8")
    result = run("scan", "--app", str(app), "--select", "REV,NEM004", "--format", "json")
    assert result.code == 3
    results = {each["code"]: each for each in json.loads(result.out)["results"]}
    assert results["NEM004"]["status"] == "pass"
    assert results["REV001"]["severity"] == "error"
    assert f'"{COMMIT}"' in json.dumps(results["REV001"]["remedies"]).replace('\\"', '"')


@pytest.mark.parametrize(
    ("revision", "answer"),
    [
        ("main", ("exists", COMMIT)),
        ("v1", ("exists", OLDER)),
        (OLDER, ("exists", OLDER)),
        (TRUNCATED, ("missing", COMMIT)),
        ("v9", ("missing", None)),
    ],
)
def test_the_real_client_asks_the_hub_about_a_revision(hub: StandIn, revision: str, answer: Any):
    told = ask_hub([RevisionUse(revision, None, (SALM,))]).of(SALM, revision)
    assert (told.status, told.commit) == answer


def test_the_page_knows_whether_it_is_here_or_what_it_takes(fill: Fill, hub_cache: Path):
    def choice(**options: Any) -> Any:
        found = choices(cache=read_cache(), **options)
        return next(each for each in found if each.name == "canary-qwen-2.5b")

    assert choice().state is ModelState.DOWNLOAD
    assert "5.1 GB" in choice().label
    missing = choice(installed=lambda name: name != "peft")
    assert missing.state is ModelState.EXTRA
    assert 'pip install "peft<=0.18.0" accelerate' in missing.label
    fill()
    assert choice().state is ModelState.READY


def test_the_page_transcribes_with_one_model_after_the_other(fill: Fill, tmp_path: Path):
    fill()
    models, desk, found = (Models(), Models()), JobSlot(), choices(cache=read_cache())
    for name in ("canary-qwen-2.5b", "tiny"):
        request = Request(
            audio=(str(KLATT3[0]),),
            choice=next(each for each in found if each.name == name),
            device="cpu",
            timestamps=False,
            anyway=True,
            folder=tmp_path,
        )
        job = TranscriptionJob(request, Engine(), desk, models, 120.0)
        job.start()
        while job.ending is None:
            time.sleep(0.05)
        assert job.ending.status.headline.startswith(texts.TRANSCRIBED), job.ending.status
        assert [each.text for each in job.ending.transcripts] == [KLATT3[1]]


def run_app(tmp_path: Path, revision: str, **environment: str) -> Any:
    """Run an app that is not ours under `run`, in an environment like the test's."""
    app = tmp_path / "app.py"
    app.write_text(APP.format(revision=revision), "utf-8")
    return subprocess.run(
        [sys.executable, "-m", "winasr_doctor", "run", "--", str(app), str(KLATT3[0])],
        env={**os.environ, "CUDA_VISIBLE_DEVICES": "", **environment},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def test_an_unmodified_app_runs_with_a_full_hash_through_the_environments_endpoint(
    hub: StandIn, tmp_path: Path
):
    finished = run_app(tmp_path, COMMIT)
    assert finished.returncode == 0, finished.stderr
    assert KLATT3[1] in finished.stdout
    assert any(f"/resolve/{COMMIT}/model.safetensors" in line for line in hub.asked)


def test_an_unmodified_app_with_a_truncated_hash_fails_as_reported_and_is_explained(
    hub: StandIn, tmp_path: Path, run: Callable[..., Any]
):
    finished = run_app(tmp_path, TRUNCATED)
    assert finished.returncode == 1
    assert f"{TRUNCATED} is not a valid git identifier" in finished.stderr
    log = tmp_path / "log.txt"
    log.write_text(finished.stderr, "utf-8")
    explained = run("explain", "--traceback", str(log))
    assert "The model's revision does not exist on the Hub" in explained.out
