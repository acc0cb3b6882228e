"""Redaction: no name gets out, and everything stays comparable."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from winasr_doctor._util.paths import is_inside
from winasr_doctor.appsource import read_application
from winasr_doctor.findings import Remedy, Report, Result, Status, Step, Tool
from winasr_doctor.machine import RecordedMachine
from winasr_doctor.machine.model import (
    Environment,
    ModelFile,
    ModelFiles,
    Place,
    Places,
    SyncRoot,
    SyncRoots,
)
from winasr_doctor.machine.redaction import Redactor, redact_report, redact_snapshot
from winasr_doctor.scanning import scan
from winasr_doctor.testing import machine, place


def redact(text: str, **known) -> str:
    redactor = Redactor(**known)
    redactor.learn(text)
    return redactor.text(text)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (r"C:\Users\jdoe\AppData\Local\Temp", "jdoe"),
        (r"c:/users/jdoe/appdata", "jdoe"),
        (r"\\?\C:\Users\jdoe\x", "jdoe"),
        (r"C:\Documents and Settings\jdoe\x", "jdoe"),
        ("/home/jdoe/.cache", "jdoe"),
        ("/Users/jdoe/Library", "jdoe"),
        (r"C:\Users\Ada Lovelace\AppData", "Lovelace"),
        (r"C:\Users\jdoe\x and D:\jdoe\y", r"D:\jdoe"),
        (r"\\FILESRV01\share\x", "FILESRV01"),
        (r"\\?\UNC\FILESRV01\share\x", "FILESRV01"),
        (r"C:\x\OneDrive - Contoso Ltd\y", "Contoso"),
        ("owner S-1-5-21-1111-2222-3333-1001", "1111"),
        ("owner S-1-12-1-1111-2222-3333-4444", "1111"),
        ("mail jane.doe@corp.example", "jane.doe"),
        ("http://bob:hunter2@proxy.corp.example:8080/", "hunter2"),
        ("http://bob:hunter2@proxy.corp.example:8080/", "bob"),
        ("http://proxy.corp.example:8080/", "proxy.corp"),
        ("https://user%40corp:p%40ss@proxy/", "p%40ss"),
        ("bob:hunter2@proxy:8080", "hunter2"),
        ("bob:hunter2@proxy:8080", "bob"),
        ("token hf_abcdefghijklmnopqrstuvwxyz", "hf_abc"),
        ("token ghp_abcdefghijklmnopqrstuvwxyz0123456789", "ghp_"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "eyJ"),
    ],
)
def test_a_secret_does_not_get_out(text, secret):
    assert secret.casefold() not in redact(text).casefold()


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        (r"indexed (rule about C:\Users\) for all", r"indexed (rule about C:\Users\) for all"),
        (r"moved C:\Users\ada to D:\x", r" to D:\x"),
        (r"'C:\Users\Ada Lovelace\x' is in use", r"\x' is in use"),
        (r"C:\Users\ada, D:\y", r", D:\y"),
        (r"in OneDrive (C:\Users\ada\OneDrive): busy", r"\OneDrive): busy"),
    ],
)
def test_a_sentence_around_a_path_stays(text, rest):
    redacted = redact(text)
    assert redacted.endswith(rest)
    assert "ada" not in redacted.casefold()


def test_names_the_caller_knows_are_replaced_wherever_they_stand():
    redacted = redact("PC-17\\jdoe may not write D:\\models\\jdoe", users=["jdoe"], hosts=["PC-17"])
    assert "jdoe" not in redacted
    assert "PC-17" not in redacted


@pytest.mark.parametrize(
    "text",
    [
        r"C:\Users\Public\Documents",
        r"C:\Users\*\AppData",
        r"C:\Windows\TEMP",
        "S-1-5-18",
        r"D:\models\nvidia@main",
        "https://huggingface.co/nvidia/parakeet-tdt-0.6b-v2",
        "N/A: Must be an administrator to view exclusions",
    ],
)
def test_what_names_nobody_stays(text):
    assert redact(text) == text


def test_the_same_name_gets_the_same_placeholder_everywhere():
    redactor = Redactor()
    paths = [r"C:\Users\Jane\OneDrive", r"c:\users\JANE\onedrive\Temp"]
    redactor.learn(paths)
    root, temp = redactor.value(paths)
    assert is_inside(temp, root, "windows")


def test_two_names_never_share_a_placeholder():
    redactor = Redactor()
    names = [f"u{i}" for i in range(100)] + list(string.ascii_lowercase + string.digits)
    paths = [rf"C:\Users\{name}" for name in names]
    redactor.learn(paths)
    assert len(set(redactor.value(paths))) == len(paths)


def test_a_user_called_temp_is_replaced_only_as_a_user():
    assert redact(r"C:\Users\Temp\AppData\Local\Temp").endswith(r"\AppData\Local\Temp")
    assert not redact(r"C:\Users\Temp\AppData\Local\Temp").startswith(r"C:\Users\Temp")


def test_a_drive_letter_is_not_a_user():
    assert redact(r"C:\Users\c\x, D:\c\y").startswith("C:\\Users\\")


def test_a_short_name_stays_a_short_name():
    assert redact(r"C:\Users\JOHNDO~1\AppData").split("\\")[2].endswith("~1")


@pytest.mark.parametrize(
    "name", ["Jürgen", "Ada Lovelace", "山田", "x", "ab", "averyveryverylongname"]
)
def test_a_placeholder_keeps_length_and_alphabet(name):
    placeholder = redact(rf"C:\Users\{name}\x").split("\\")[2]
    assert len(placeholder) == len(name)
    assert placeholder.isascii() == name.isascii()
    assert placeholder != name


NAMES = st.one_of(
    st.text(string.ascii_letters + string.digits + " ._-äé山", min_size=1, max_size=20).filter(
        lambda name: name.strip(" .") == name and name.strip("*%.<>?")
    ),
    st.sampled_from(["Temp", "Users", "AppData", "c", "Public", "user1", "OneDrive", "JOHNDO~1"]),
)


@st.composite
def machines(draw):
    """Machines whose users have any names and whose TEMP lies anywhere."""
    user = draw(NAMES)
    other = draw(NAMES)
    home = rf"C:\Users\{user}"
    temp = draw(
        st.sampled_from(
            [
                rf"{home}\AppData\Local\Temp",
                rf"{home}\OneDrive\Temp",
                rf"{home}\OneDrive - {other}\asr\tmp",
                rf"D:\{other}\tmp",
                r"C:\Windows\TEMP",
                rf"\\{other.replace(' ', '')}\share\tmp",
            ]
        )
    )
    roots = draw(
        st.lists(
            st.sampled_from(
                [
                    rf"{home}\OneDrive",
                    rf"{home}\OneDrive - {other}",
                    rf"D:\{other}",
                    rf"{home}\OneDriveBackup",
                ]
            ),
            max_size=3,
        )
    )
    items: list[Place] = [place(role, temp) for role in ("TEMP", "TMP", "tempfile")]
    return machine(
        environment=Environment(variables={"TEMP": temp, "TMP": temp}),
        places=Places(items=(*items, place("app", rf"{home}\asr"))),
        sync_roots=SyncRoots(
            items=tuple(SyncRoot(provider="OneDrive", path=root, source="HKCU") for root in roots)
        ),
    )


def outcomes(report):
    return [(r.code, r.status, r.severity) for r in report.results]


@given(machines())
@settings(max_examples=50)
def test_a_scan_of_the_redacted_snapshot_gives_the_same_results(host):
    redacted = RecordedMachine(redact_snapshot(host.snapshot, Redactor()))
    assert outcomes(scan(redacted)) == outcomes(scan(host))


@given(machines(), NAMES)
@settings(max_examples=30)
def test_redacting_twice_changes_nothing_that_matters(host, name):
    once = redact_snapshot(host.snapshot, Redactor(users=[name]))
    twice = redact_snapshot(once, Redactor())
    assert outcomes(scan(RecordedMachine(twice))) == outcomes(scan(RecordedMachine(once)))


def test_a_user_called_like_an_enumerated_value_does_not_break_the_snapshot():
    page = ModelFile(path=r"C:\Users\html\m.nemo", size=10, form="html")
    redacted = redact_snapshot(machine(model_files=ModelFiles(items=(page,))).snapshot, Redactor())
    (file,) = redacted.sections.model_files.items
    assert file.form == "html"
    assert "html" not in file.path


def test_a_redacted_report_names_nobody():
    host = machine(
        places=Places(items=(place("TEMP", r"C:\Users\jdoe\OneDrive\Temp"),)),
        sync_roots=SyncRoots(
            items=(SyncRoot(provider="OneDrive", path=r"C:\Users\jdoe\OneDrive", source="HKCU"),)
        ),
    )
    report = redact_report(scan(host), Redactor())
    assert "jdoe" not in repr(report)
    assert any(r.code == "SYN001" and r.status is Status.FAIL for r in report.results)


def test_a_redacted_report_has_one_place_and_one_reason_for_a_finding(tmp_path):
    source = tmp_path / "jdoe.corp.example.com.py"
    source.write_text(
        "import nemo\nmodel.transcribe(['a'], num_workers=2)"
        "  # winasr: ignore[APP001] as C:\\Users\\jdoe\\notes.txt says\n"
    )
    report = scan(machine(app=read_application([source])), select=["APP001"])
    (result,) = redact_report(report, Redactor(users=["jdoe"])).results
    assert "jdoe" not in repr(result)
    assert result.location.file == result.evidence["file"]
    assert result.suppression.reason == result.evidence["reason"]


def test_a_redacted_step_still_says_who_must_run_it():
    command = r"Add-MpPreference -ExclusionPath 'C:\Users\jdoe\asr'"
    steps = (Step("Run", command, "powershell", needs_admin=True), "Restart")
    result = Result(
        "AVX001", "AVX", "t", Status.UNKNOWN, None, "s", {}, (Remedy("Do", steps),), "u"
    )
    report = Report(Tool("winasr_doctor", "0"), {}, (result,))
    (remedy,) = redact_report(report, Redactor()).results[0].remedies
    first, second = remedy.steps
    assert first == f"Run: {first.command}"
    assert first.words == "Run"
    assert first.shell == "powershell"
    assert first.needs_admin
    assert "jdoe" not in first
    assert second == "Restart"
