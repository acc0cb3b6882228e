"""`gate` as a shell sees it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from winasr_doctor.gate import Case, GateStep, StepState
from winasr_doctor.gate import steps as judging
from winasr_doctor.gate.settings import GateSettings


class Given:
    """What the steps were asked to do, and what they come to."""

    def __init__(self) -> None:
        self.settings: GateSettings | None = None
        self.state = StepState.PASS

    def take(self, name: str):
        def taken(settings: GateSettings, *_: object) -> GateStep:
            self.settings = settings
            return GateStep(
                name, name, f"{name} in words", (Case("one", self.state, "what it is"),)
            )

        return taken


@pytest.fixture(autouse=True)
def given(monkeypatch: pytest.MonkeyPatch) -> Given:
    """Let the steps beside the scan be stand-ins."""
    given = Given()
    steps = judging.Steps(given.take("suite"), given.take("selftest"), given.take("tests"))
    monkeypatch.setattr(
        judging.gate, "__kwdefaults__", judging.gate.__kwdefaults__ | {"steps": steps}
    )
    return given


def configure(text: str) -> None:
    Path("pyproject.toml").write_text(f"[tool.winasr_doctor.gate]\n{text}\n", encoding="utf-8")


def test_a_healthy_machine_passes(run, healthy):
    outcome = run("gate", "--snapshot", healthy)
    assert outcome.code == 0
    assert outcome.out.splitlines()[-1].startswith("Gate passed (")
    assert "Scanning" in outcome.err


def test_a_failed_step_is_exit_code_3(run, healthy, given):
    given.state = StepState.FAIL
    assert run("gate", "--snapshot", healthy).code == 3


def test_a_self_test_that_could_not_be_tried_is_exit_code_3(run, healthy, given):
    given.state = StepState.UNKNOWN
    assert run("gate", "--snapshot", healthy).code == 3


def test_a_finding_is_exit_code_3(run, sick):
    outcome = run("gate", "--snapshot", sick)
    assert outcome.code == 3
    assert "SYN" in outcome.out


def test_warnings_are_exit_code_4_when_asked_for(run, healthy, given):
    given.state = StepState.WARN
    assert run("gate", "--snapshot", healthy).code == 0
    assert run("gate", "--snapshot", healthy, "--fail-on", "warning").code == 4
    configure('fail_on = "warning"')
    assert run("gate", "--snapshot", healthy).code == 4
    assert run("gate", "--snapshot", healthy, "--fail-on", "error").code == 0


def test_what_fails_a_scan_is_not_what_fails_a_gate(run, sick):
    Path("pyproject.toml").write_text('[tool.winasr_doctor]\nfail_on = "never"\n')
    assert run("gate", "--snapshot", sick).code == 3


def test_unreadable_input_is_exit_code_2(run, healthy):
    Path("app.py").write_text("def broken(:\n")
    outcome = run("gate", "--snapshot", healthy, "--app", "app.py")
    assert outcome.code == 2
    assert "app.py" in outcome.err


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('accept = [{code = "SYN001", until = 2027-01-31}]', "reason is missing"),
        ('accept = [{code = "SYN001", reason = "why"}]', "until is missing"),
        ("max_load_seconds = -1", "max_load_seconds"),
        ("speed = 1", "speed"),
        ('plans = ["unlink:32"]', "at least 6"),
    ],
)
def test_a_bad_table_is_one_sentence_and_exit_code_2(run, healthy, table, words):
    configure(table)
    outcome = run("gate", "--snapshot", healthy)
    assert outcome.code == 2
    assert words in outcome.err
    assert "[tool.winasr_doctor.gate] in " in outcome.err
    assert outcome.out == ""
    assert len(outcome.err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("--app", "nowhere"),
        ("--select", "XYZ"),
        ("--device", "gpu"),
        ("--fail-on", "never"),
        ("--format", "yaml"),
        ("--config", "nowhere.toml"),
        ("--junit", "no/such/folder/gate.xml"),
    ],
)
def test_bad_usage_is_exit_code_2(run, healthy, arguments):
    assert run("gate", "--snapshot", healthy, *arguments).code == 2


def test_an_accepted_finding_does_not_count(run, sick):
    codes = {
        result["code"]
        for result in json.loads(run("scan", "--snapshot", sick, "--format", "json").out)["results"]
        if result["severity"] in ("error", "warning")
    }
    entries = [f'{{code = "{c}", until = 2999-01-01, reason = "known"}}' for c in codes]
    configure(f"accept = [{', '.join(entries)}]")
    assert run("gate", "--snapshot", sick).code == 0


def test_options_go_before_the_table(run, healthy, given):
    configure('device = "cuda"\ntests = ["of_the_table"]\nmax_load_seconds = 7')
    run("gate", "--snapshot", healthy)
    assert given.settings.device == "cuda"
    assert given.settings.tests == (str(Path("of_the_table").absolute()),)
    run("gate", "--snapshot", healthy, "--device", "cpu", "--tests", "mine")
    assert (given.settings.device, given.settings.tests) == ("cpu", ("mine",))
    assert given.settings.max_load_seconds == 7


def test_the_self_test_can_be_left_out_and_that_is_said(run, healthy):
    outcome = run("gate", "--snapshot", healthy, "--no-selftest", "--format", "json")
    steps = {step["name"]: step["state"] for step in json.loads(outcome.out)["steps"]}
    assert steps["selftest"] == "skip"


def test_one_run_writes_all_the_files(run, healthy):
    outcome = run(
        *("gate", "--snapshot", healthy, "--format", "json", "--output", "gate.json"),
        *("--junit", "gate.xml", "--markdown", "gate.md"),
    )
    assert (outcome.code, outcome.out) == (0, "")
    assert json.loads(Path("gate.json").read_bytes())["schema"] == "winasr-doctor/gate/1"
    assert "<testsuites" in Path("gate.xml").read_text(encoding="utf-8")
    assert Path("gate.md").read_text(encoding="utf-8").startswith("# ✅")


def test_the_markdown_names_nobody(run, healthy, given, monkeypatch):
    monkeypatch.setenv("USERNAME", "adalovelace")
    given.state = StepState.FAIL
    original = given.take("suite")

    def named(settings: GateSettings, *_: object) -> GateStep:
        step = original(settings)
        detail = r"cannot remove C:\Users\adalovelace\AppData\Local\Temp\tmp0"
        return GateStep(step.name, step.title, step.summary, (Case("one", StepState.FAIL, detail),))

    defaults = judging.gate.__kwdefaults__
    steps = judging.Steps(named, defaults["steps"].selftest, defaults["steps"].tests)
    monkeypatch.setattr(judging.gate, "__kwdefaults__", defaults | {"steps": steps})
    run("gate", "--snapshot", healthy, "--markdown", "gate.md")
    document = Path("gate.md").read_text(encoding="utf-8")
    assert "cannot remove" in document
    assert "adalovelace" not in document


# --model: a name for the self-test, a path for the scan


def test_models_of_the_hub_are_for_the_self_test(run, healthy, given):
    configure('models = ["parakeet"]')
    run("gate", "--snapshot", healthy)
    assert given.settings.models == ("parakeet",)
    names = ("canary-qwen-2.5b", "nvidia/parakeet-tdt-0.6b-v2")
    run("gate", "--snapshot", healthy, *(part for name in names for part in ("--model", name)))
    assert given.settings.models == names


def test_a_file_is_looked_at_and_does_not_take_the_tables_models_place(run, given):
    configure('models = ["parakeet"]')
    Path("own.nemo").touch()
    outcome = run("gate", "--model", "own.nemo", "--select", "NEM006", "--format", "json")
    assert given.settings.models == ("parakeet",)
    (found,) = json.loads(outcome.out)["scan"]["results"]
    assert (found["code"], found["severity"]) == ("NEM006", "error")


def test_a_name_leaves_the_tables_files_to_the_scan(run, given):
    Path("own.nemo").touch()
    table = '[tool.winasr_doctor]\nmodel = ["own.nemo"]\n'
    Path("pyproject.toml").write_text(table, encoding="utf-8")
    outcome = run("gate", "--model", "canary-qwen", "--select", "NEM006", "--format", "json")
    assert given.settings.models == ("canary-qwen",)
    assert json.loads(outcome.out)["scan"]["results"][0]["severity"] == "error"


def test_a_folder_of_the_users_is_no_repository(run, healthy, given):
    Path("models/own").mkdir(parents=True)
    run("gate", "--model", "models/own", "--select", "NEM006")
    assert given.settings.models == ()


@pytest.mark.parametrize("name", ["canary-qwen-2.6b", "tiny"])
def test_a_name_that_is_no_model_is_refused(run, healthy, name):
    outcome = run("gate", "--snapshot", healthy, "--model", name)
    assert outcome.code == 2
    assert name in outcome.err
