"""Asking an interpreter: hostile and broken ones give a finding, and their code does not run."""

from __future__ import annotations

import subprocess
import sys

import psutil
import pytest

from winasr_doctor.machine.interpreters.probe import MOST_OUTPUT, ask, neutral

from .trees import program_of, site_of

REAL = f'exec "{sys.executable}" "$@"'


def kind_of(probed):
    (problem,) = probed.problems
    return problem.kind


def test_a_real_python_says_what_it_is():
    probed = ask(sys.executable)
    assert probed.problems == ()
    assert probed.answer.version_info[:3] == sys.version_info[:3]
    assert probed.answer.wide == (sys.maxsize > 2**32)
    assert probed.answer.base_prefix == sys.base_prefix


def test_code_of_the_environment_does_not_run(venv, tmp_path):
    environment = venv
    marks = tmp_path / "from-pth", tmp_path / "from-sitecustomize"
    site = site_of(environment)
    (site / "evil.pth").write_text(f"import pathlib; pathlib.Path({str(marks[0])!r}).touch()\n")
    (site / "sitecustomize.py").write_text(f"open({str(marks[1])!r}, 'w')\n")
    assert ask(str(program_of(environment))).answer is not None
    assert not any(mark.exists() for mark in marks)
    subprocess.run([program_of(environment), "-I", "-c", ""], check=True)
    assert marks[0].exists()  # so it would have run; Debian's sitecustomize may hide the other


def test_modules_in_the_current_folder_are_not_imported(environment, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for name in ("os", "sys", "encodings", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("open('ran', 'w')\n")
    assert ask(str(program_of(environment))).answer is not None
    assert not (tmp_path / "ran").exists()


def test_variables_of_python_are_left_out():
    given = {"PYTHONHOME": "x", "pythonpath": "x", "__PYVENV_LAUNCHER__": "x", "PATH": "p"}
    assert neutral(given) == {"PATH": "p"}


def test_it_gets_no_variables_of_python(script, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONSTARTUP", "x")
    ask(script(f"env > {tmp_path}/variables"))
    assert "PYTHON" not in (tmp_path / "variables").read_text()


def test_noise_before_the_answer_is_told_apart_from_it(script):
    probed = ask(script(f"echo '(welcome, None)'; {REAL}"))
    assert probed.answer.version_info[:2] == sys.version_info[:2]
    assert kind_of(probed) == "noise"
    assert "(welcome, None)" in probed.problems[0].detail


def test_a_hanging_python_is_ended_with_what_it_started(script, tmp_path):
    program = script(f"sleep 600 & echo $! > {tmp_path}/pid; wait")
    assert kind_of(ask(program, limit=3.0)) == "hang"
    pid = int((tmp_path / "pid").read_text())
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("stream", ["", ">&2"])
def test_output_without_end_is_not_read(script, stream):
    probed = ask(script(f"exec cat /dev/zero {stream}"))
    assert kind_of(probed) == "flood"
    assert str(MOST_OUTPUT // 1024) in probed.problems[0].detail


def test_a_python_that_does_not_know_the_option_is_python_2(script):
    refuses = 'for each; do [ "$each" = -I ] && { echo "Unknown option: -I" >&2; exit 2; }; done'
    assert kind_of(ask(script(f"{refuses}; exit 1"))) == "python-2"
    probed = ask(script(f"{refuses}; {REAL}"))  # before 3.4
    assert probed.answer is not None


def test_a_python_2_that_answers_says_so(script):
    answer = "([2, 7, 18, 'final', 0], 'cpython', True, '/usr/bin/python2', '/usr', '/usr', [''])"
    probed = ask(script(f'for last; do :; done; echo "$last{answer}$last"'))
    assert probed.answer.version_info[:3] == (2, 7, 18)
    assert kind_of(probed) == "python-2"


@pytest.mark.parametrize(
    ("commands", "kind"),
    [
        ("exit 1", "no-answer"),
        ("exit 0", "no-answer"),
        ("kill -SEGV $$", "no-answer"),
        ("echo broken >&2; exit 3", "no-answer"),
        ('for last; do :; done; echo "$last"', "no-answer"),
        ('for last; do :; done; echo "${last}__import__(1)$last"', "no-answer"),
        ('for last; do :; done; echo "$last([3], 1)$last"', "no-answer"),
    ],
)
def test_a_python_without_a_usable_answer(script, commands, kind):
    probed = ask(script(commands))
    assert probed.answer is None
    assert kind_of(probed) == kind


def test_its_last_words_are_quoted(script):
    assert (
        "no module named codecs"
        in ask(script("echo 'no module named codecs' >&2; exit 3")).problems[0].detail
    )


def test_what_is_no_program_cannot_be_started(tmp_path):
    file = tmp_path / "python.exe"
    file.write_bytes(b"not a program")
    file.chmod(0o755)
    assert kind_of(ask(str(file))) == "not-started"
    assert kind_of(ask(str(tmp_path / "missing"))) == "not-started"
