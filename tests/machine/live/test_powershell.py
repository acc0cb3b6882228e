import json
import os
import re
import sys
import threading
from pathlib import Path

import pytest

from winasr_doctor.machine.live import powershell
from winasr_doctor.machine.live.powershell import PowerShellAnswer, ask, candidates, parse, texts

GOOD = {
    "status": {"rows": [{"AMRunningMode": "Normal"}]},
    "preference": {"rows": [{"ExclusionPath": ["C:\\a"]}]},
    "products": {"rows": [{"displayName": "Windows Defender", "productState": 397568}]},
}
PRINTED = json.dumps(GOOD).encode()


@pytest.fixture(autouse=True)
def forgotten():
    powershell.forget()
    yield
    powershell.forget()


def saying(output, status=0):
    return lambda _program, _given, _limit: (status, output)


@pytest.mark.parametrize(
    "output",
    [
        PRINTED,
        b"\xef\xbb\xbf" + PRINTED,
        json.dumps(GOOD).encode("utf-16"),
        b'WARNING: profile {broken}\r\nTransactions {"a": 1}\r\n' + PRINTED + b"\r\nbye",
        json.dumps(GOOD, indent=2).encode(),
    ],
    ids=["plain", "bom", "utf-16", "garbage around it", "indented"],
)
def test_an_answer_is_found_in_what_was_printed(output):
    answer = ask(["powershell"], run=saying(output))
    assert answer.part("status").rows == ({"AMRunningMode": "Normal"},)


@pytest.mark.parametrize(
    ("output", "status", "reason"),
    [
        (b"", 0, "PowerShell answered nothing"),
        (b"\r\n", 0, "PowerShell answered nothing"),
        (b"", 1, "PowerShell failed with exit status 1"),
        (b"what do you mean?", 0, "PowerShell's answer is not JSON"),
        (PRINTED[:-60], 0, "PowerShell's answer is not JSON"),
        (b"[1, 2]", 0, "PowerShell's answer is not JSON"),
        (b"{" * 50_000, 0, "PowerShell's answer is not JSON"),
    ],
)
def test_no_answer_is_a_reason_for_every_part(output, status, reason):
    answer = ask(["powershell"], run=saying(output, status))
    assert {answer.part(name).error for name in powershell.QUERIES} == {reason}


def test_an_answer_counts_even_when_powershell_then_fails():
    assert ask(["powershell"], run=saying(PRINTED, 1)).part("products").error is None


def test_a_machine_without_powershell_says_so():
    assert ask([]).part("status").error == "PowerShell was not found"


def test_a_powershell_that_cannot_be_started_is_a_reason():
    def refuse(program, given, limit):
        raise PermissionError(13, "Access is denied")

    assert "could not be started" in ask(["powershell"], run=refuse).part("status").error


def test_a_powershell_that_does_not_end_is_a_reason():
    def hang(program, given, limit):
        raise TimeoutError

    answer = ask(["one", "two"], run=hang, limit=3)
    assert answer.part("status").error == "PowerShell did not answer within 3 s"


def test_the_next_powershell_is_asked_after_a_stub():
    def run(program, given, limit):
        return 0, PRINTED if program == "real" else b""

    assert ask(["stub", "real"], run=run).part("status").rows


def test_one_part_may_fail_without_the_others():
    failed = {
        **GOOD,
        "products": {"error": "Invalid\r\n  namespace ", "id": "HRESULT 0x8004100e,x"},
    }
    answer = ask(["powershell"], run=saying(json.dumps(failed).encode()))
    assert answer.part("products").error == "Invalid namespace"
    assert answer.part("products").code == 0x8004100E
    assert answer.part("status").error is None


def test_a_negative_hresult_is_read_as_the_number_it_stands_for():
    part = parse(b'{"status": {"error": "x", "id": "Other", "hresult": -2147024891}}')["status"]
    assert part.code in powershell.ACCESS_DENIED


def test_a_part_that_is_missing_from_an_answer_has_a_reason():
    answer = PowerShellAnswer(parse(b'{"status": {"rows": []}}'), "left out")
    assert answer.part("status") == powershell.QueryPart()
    assert answer.part("products").error == "left out"


@pytest.mark.parametrize("rows", [{"a": 1}, [{"a": 1}], {"value": [{"a": 1}], "Count": 1}])
def test_one_row_may_come_bare_or_in_a_list(rows):
    assert parse(json.dumps({"status": {"rows": rows}}).encode())["status"].rows == ({"a": 1},)


@pytest.mark.parametrize("part", ["oops", None, 5])
def test_a_part_of_another_shape_is_a_reason(part):
    assert parse(json.dumps({"status": part}).encode())["status"].error


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ()),
        ("C:\\a", ("C:\\a",)),
        (["C:\\a", None, " ", 3], ("C:\\a",)),
        ({"value": ["a", "b"], "Count": 2}, ("a", "b")),
    ],
)
def test_a_property_holds_none_one_or_many_texts(value, expected):
    assert texts(value) == expected


def test_the_script_needs_no_quoting_and_asks_for_every_class():
    script = powershell.script()
    assert '"' not in script
    assert script.isascii()
    assert {kind for _, kind, _ in powershell.QUERIES.values()} <= set(re.findall(r"\w+", script))
    assert script.count("{") == script.count("}")
    assert "{{" not in script


def test_powershell_is_asked_once_by_many_threads(monkeypatch):
    asked = []

    def say(limit):
        asked.append(limit)
        assert powershell._lock.locked()  # whoever comes now waits for this answer
        return PowerShellAnswer()

    monkeypatch.setattr(powershell, "ask", say)
    threads = [threading.Thread(target=powershell.answer) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(asked) == 1


def program(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / (f"{name}.exe" if sys.platform == "win32" else name)
    file.write_bytes(b"")
    file.chmod(0o755)
    return file


def test_windows_own_powershell_comes_before_one_on_path(tmp_path):
    own = tmp_path / "Windows/System32/WindowsPowerShell/v1.0"
    own.mkdir(parents=True)
    (own / "powershell.exe").write_bytes(b"")
    other = program(tmp_path / "bin", "powershell")
    environment = {"SystemRoot": str(tmp_path / "Windows"), "Path": str(other.parent)}
    first, _second = candidates(environment)
    assert Path(first) == own / "powershell.exe"


def test_a_powershell_on_path_is_found_where_windows_has_none(tmp_path):
    other = program(tmp_path / "bin", "powershell")
    environment = {"SystemRoot": str(tmp_path), "PATH": str(other.parent)}
    (found,) = candidates(environment)
    assert Path(found).name.lower().startswith("powershell")


def test_the_override_is_the_only_one_asked(tmp_path):
    program(tmp_path, "powershell")
    environment = {"WINASR_DOCTOR_POWERSHELL": "mine", "PATH": str(tmp_path)}
    assert candidates(environment) == ["mine"]


def test_a_powershell_in_the_current_folder_is_never_asked(tmp_path, monkeypatch):
    program(tmp_path, "powershell")
    monkeypatch.chdir(tmp_path)
    assert candidates({"PATH": "."}) == []
    assert candidates({"PATH": ""}) == []


@pytest.fixture
def speaking(tmp_path):
    """Make a real program that stands in for PowerShell, as a Python script."""

    def make(source):
        file = tmp_path / "powershell.py"
        file.write_text(source, encoding="utf-8")
        given = (str(file),)
        return lambda limit: powershell._run(sys.executable, given, limit)

    return make


def test_a_real_program_is_run_and_heard(speaking):
    status, output = speaking("import sys; print('{}'); sys.exit(3)")(30)
    assert (status, output.strip()) == (3, b"{}")


def test_a_real_program_that_hangs_is_ended_with_what_it_started(speaking):
    run = speaking(
        "import subprocess, sys\n"
        "subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    )
    with pytest.raises(TimeoutError):
        run(1.0)


def test_a_program_that_does_not_exist_is_a_reason(tmp_path):
    answer = ask([os.fspath(tmp_path / "nothing.exe")])
    assert "could not be started" in answer.part("status").error


def test_what_is_nested_without_end_is_tried_a_few_times(mocker):
    decode = mocker.spy(json.JSONDecoder, "raw_decode")
    assert powershell.parse(b'{"status":' * 5_000) == {}
    assert powershell.parse(b"{" * 5_000) == {}
    assert decode.call_count <= 20


def test_an_error_that_is_no_text_gives_no_reason():
    nested = json.dumps({"status": {"error": [[[[]]]], "id": {"a": [1]}}})
    part = powershell.parse(nested.encode())["status"]
    assert part.error == "PowerShell gave no reason"
    assert part.code is None
