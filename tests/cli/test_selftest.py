"""`selftest`: its report, its exit codes, and a stdout that is the report's alone."""

from __future__ import annotations

import json
import sys

import jsonschema
import pytest

from winasr_doctor import schemas
from winasr_doctor._util.installation import install_extra
from winasr_doctor.asr.outcomes import Message
from winasr_doctor.findings import Remedy
from winasr_doctor.selftest import Heard, InjectedFaults, Peak, SelfTest, SelfTestOutcome

RIGHT = Heard("klatt3.wav", "stop zero", "stop zero")
WRONG = Heard("f3.wav", "nine yes", "nine no")


def result(ending=SelfTestOutcome.PASSED, heard=(RIGHT,), **more):
    return SelfTest(
        ending=ending,
        heard=heard,
        **{
            "device": "cpu",
            "import_seconds": 8.0,
            "load_seconds": 0.5,
            "transcribe_seconds": 0.25,
            "audio_seconds": 2.0,
            "peak": Peak(800_000_000),
            "versions": {"Python": "3.12.1", "torch": "2.9"},
            **more,
        },
    )


@pytest.fixture
def given(monkeypatch):
    """Replace the self-test by one that prints, as NeMo does, and gives what the test says."""
    asked = []

    def give(value):
        def self_test(device, **options):
            sys.stdout.write("NeMo says something\n")
            asked.append({"device": device, **options})
            if isinstance(value, Exception):
                raise value
            return value

        monkeypatch.setattr("winasr_doctor.selftest.self_test", self_test)
        return asked

    return give


def test_a_pass_prints_every_figure(run, given):
    given(result())
    outcome = run("selftest")
    assert outcome.code == 0
    lines = [line.strip() for line in outcome.out.splitlines()]
    assert lines[0] == "Self-test passed: the text is right"
    for line in (
        'klatt3.wav        right: "stop zero"',
        "device            cpu",
        "load time         0.50 s",
        "transcribe time   0.25 s",
        "peak memory       0.8 GB of this process",
        "versions          Python 3.12.1, torch 2.9",
    ):
        assert line in lines
    assert any(line.startswith("real-time factor  0.125 (2.00 s") for line in lines)


def test_what_nemo_prints_goes_to_stderr(run, given):
    given(result())
    outcome = run("selftest", "--format", "json")
    assert json.loads(outcome.out)["ok"] is True
    assert "NeMo says something" in outcome.err


def test_a_wrong_text_is_exit_code_3(run, given):
    problems = Message("1 of 2 texts are wrong.")
    given(result(SelfTestOutcome.WRONG_TEXT, (RIGHT, WRONG), problems=problems))
    outcome = run("selftest")
    assert outcome.code == 3
    assert 'WRONG: "nine no" instead of "nine yes"' in outcome.out
    assert outcome.out.splitlines()[-1] == "1 of 2 texts are wrong."


def test_a_failure_is_exit_code_3_and_says_what_to_do(run, given):
    problems = Message("The GPU is full.", (), (Remedy("Use the CPU", ("--device cpu",)),))
    given(
        result(SelfTestOutcome.FAILED, (Heard("a.wav", "one"),), problems=problems, device="cuda:0")
    )
    outcome = run("selftest")
    assert outcome.code == 3
    assert 'not transcribed: "one"' in outcome.out
    assert "1. Use the CPU" in outcome.out


def test_a_missing_package_is_one_sentence_and_exit_code_2(run, given):
    problems = Message("torch cannot be imported.", (), (Remedy("Install it", ("pip install x",)),))
    given(result(SelfTestOutcome.UNAVAILABLE, problems=problems))
    outcome = run("selftest")
    assert outcome.code == 2
    assert outcome.out == ""
    last = outcome.err.splitlines()[-1]
    assert last == "Error: torch cannot be imported. Install it: pip install x"


def test_without_nemo_the_real_self_test_says_so(run, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "torch", None)
    outcome = run("selftest", "--device", "cpu")
    assert outcome.code == 2
    assert "Error: torch cannot be imported" in outcome.err
    assert install_extra("asr") in outcome.err


def test_a_plan_reaches_the_self_test_and_its_faults_are_counted(run, given):
    asked = given(result(plan="unlink:32*2", injected=(InjectedFaults("unlink:32*2", 2),)))
    outcome = run("selftest", "--inject", "unlink:32*2", "--device", "cpu", "--deadline", "9")
    assert outcome.code == 0
    assert str(asked[0]["plan"]) == "unlink:32*2"
    assert (asked[0]["device"], asked[0]["deadline"]) == ("cpu", 9)
    assert "unlink:32*2: 2 times" in outcome.out


def test_a_plan_that_never_fired_is_exit_code_2(run, given):
    unused = (InjectedFaults("rename:5", 0),)
    given(result(SelfTestOutcome.NOTHING_INJECTED, injected=unused, problems=Message("Nothing.")))
    outcome = run("selftest", "--inject", "rename:5")
    assert outcome.code == 2
    assert "rename:5: never fired" in outcome.out


@pytest.mark.parametrize(
    "arguments", [("--inject", "nonsense"), ("--device", "tpu"), ("--deadline", "0")]
)
def test_bad_arguments_are_exit_code_2_before_anything_runs(run, given, arguments):
    asked = given(result())
    assert run("selftest", *arguments).code == 2
    assert asked == []


def test_no_place_for_temporary_folders_is_one_sentence(run, given):
    given(FileNotFoundError(2, "No usable temporary directory found"))
    outcome = run("selftest")
    assert outcome.code == 2
    assert "No usable temporary directory found" in outcome.err


def test_json_has_every_figure(run, given):
    given(
        result(
            SelfTestOutcome.WRONG_TEXT, (RIGHT, WRONG), peak=Peak(5, 7), problems=Message("Wrong.")
        )
    )
    document = json.loads(run("selftest", "--format", "json").out)
    jsonschema.validate(document, schemas.load("selftest-1"))
    assert document["schema"] == "winasr-doctor/selftest/1"
    assert document["ending"] == "wrong_text"
    assert [each["right"] for each in document["recordings"]] == [True, False]
    assert document["peak_memory"] == {"process": 5, "gpu": 7}
    assert document["real_time_factor"] == 0.125
    assert document["problems"]["headline"] == "Wrong."
