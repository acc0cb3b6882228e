"""A plan has every remedy once, in the order in which it must be done."""

from __future__ import annotations

import pytest

from winasr_doctor.findings import (
    Change,
    Install,
    Remedy,
    Report,
    Result,
    Severity,
    Stage,
    Status,
    Step,
    Tool,
    plan_of,
)

OLD, NEW = r"& 'C:\old\python.exe'", r"& 'C:\venvs\asr\Scripts\python.exe'"


def found(code: str, *remedies: Remedy, severity: Severity | None = Severity.WARNING) -> Result:
    status = Status.FAIL if severity else Status.UNKNOWN
    return Result(code, code[:3], f"{code} is", status, severity, "s", {}, remedies, "u")


def plan(*results: Result):
    return plan_of(Report(Tool("winasr_doctor", "0"), {}, results)).remedies


def pip(*requirements: str, index: str = "", title: str = "Install") -> Remedy:
    wanted = Install(requirements, index)
    steps = (Step("Run", f"{OLD} {wanted.arguments}", "powershell"),)
    return Remedy(title, steps, change=Change(Stage.PACKAGES, installs=(wanted,)))


def python(version: str, *kept: Install) -> Remedy:
    steps = (
        Step(f"Install Python {version}"),
        Step("Make it", f"py -{version} -m venv x", "powershell"),
        *(Step("Keep", f"{NEW} {each.arguments}", "powershell") for each in kept),
        Step("Install the rest there"),
    )
    change = Change(Stage.PYTHON, version, kept, NEW, OLD)
    return Remedy(f"Use Python {version}", steps, change=change)


RUN = Remedy(
    "Run", (Step("Start", f"{OLD} -m winasr_doctor run -- a.py", "powershell"),),
    change=Change(Stage.TEMP),
)  # fmt: skip
BY_HAND = Remedy("By hand", ("Make a folder",), change=Change(Stage.TEMP))
ROOM = Remedy("Free C:", ("Delete",), change=Change(Stage.ROOM, "C:"))


def commands(steps) -> list[str]:
    return [step.command for step in steps if step.command]


def test_a_remedy_of_several_findings_stands_once():
    (only,) = plan(found("TMP002", RUN, BY_HAND), found("SYN001", BY_HAND, RUN))
    assert only.cures == ("SYN001", "TMP002")


def test_the_order_is_room_python_packages_temp_settings_source_security():
    plain = Remedy("Set it", ("Click",))
    secure = Remedy("Close it", (), change=Change(Stage.SECURITY))
    read = Remedy("Read it", (), change=Change(Stage.READING))
    unknown = found("AVX002", read, severity=None)
    everything = (
        found("AVX004", secure), found("APP001", plain), found("ENV005", plain),
        found("TMP002", RUN), found("TMP005", ROOM), found("ENV001", python("3.12")), unknown,
    )  # fmt: skip
    stages = [each.stage for each in plan(*everything)]
    assert stages == sorted(stages)
    assert stages[:3] == [Stage.ROOM, Stage.PYTHON, Stage.TEMP]
    assert stages[-2:] == [Stage.SECURITY, Stage.READING]


def test_a_note_needs_no_remedy():
    assert plan(found("NEM007", RUN, severity=Severity.INFO)) == ()


def test_an_alternative_that_cures_another_finding_too_is_taken():
    (only,) = plan(found("TMP005", ROOM, RUN), found("SYN001", RUN))
    assert only.title == "Run"
    assert only.cures == ("SYN001", "TMP005")


def test_two_findings_that_want_a_package_get_one_command_with_the_exact_version():
    (only,) = plan(found("NEM002", pip("nemo>=2.4")), found("ENV010", pip("nemo==3.0.0")))
    assert commands(only.steps) == [f"{OLD} -m pip install nemo==3.0.0"]
    assert only.cures == ("ENV010", "NEM002")


def test_ranges_of_two_findings_are_joined():
    (only,) = plan(found("NEM003", pip("lhotse>=1.32")), found("NEM009", pip("lhotse<2")))
    assert commands(only.steps) == [f'{OLD} -m pip install "lhotse>=1.32,<2"']


def test_different_packages_stay_apart_and_those_with_an_index_come_first():
    torch = pip("torch==2.9.1", index="--index-url https://download.pytorch.org/whl/cu128")
    first, second = plan(found("ENV003", torch), found("AAA001", pip("lhotse>=1")))
    assert "torch" in first.steps[0].command
    assert "lhotse" in second.steps[0].command


def test_no_package_is_upgraded_in_a_python_that_is_replaced():
    kept = Install(("nemo==2.0.0",)), Install(("torch==2.9.1",), "--index-url https://x/cu128")
    first, second = plan(
        found("ENV001", python("3.12", *kept)),
        found("NEM002", pip("nemo>=3", title="Update NeMo")),
        found("TMP002", RUN),
    )
    assert first.cures == ("ENV001", "NEM002")
    assert commands(first.steps) == [
        "py -3.12 -m venv x",
        f"{NEW} -m pip install torch==2.9.1 --index-url https://x/cu128",
        f'{NEW} -m pip install "nemo>=3"',
    ]
    assert first.steps[-1] == "Install the rest there"
    assert second.steps[0].command == f"{NEW} -m winasr_doctor run -- a.py"


def test_only_one_environment_is_made():
    anew = Remedy("Move it", ("Make it",), change=Change(Stage.PYTHON, "", (), NEW, OLD))
    (only,) = plan(
        found("SYN003", anew), found("ENV001", python("3.12+")), found("ENV010", python("3.11"))
    )
    assert only.title == "Use Python 3.11"
    assert set(only.cures) == {"ENV001", "ENV010", "SYN003"}


def test_remedies_with_one_title_share_their_steps():
    def removal(entry: str) -> Remedy:
        steps = ("Open it", Step("Run", f"Remove {entry}", "powershell", needs_admin=True))
        return Remedy("Remove", steps, change=Change(Stage.SECURITY))

    (only,) = plan(*(found("AVX004", removal(entry)) for entry in ("a", "b", "a")))
    assert only.cures == ("AVX004",)
    assert [step.command for step in only.steps] == ["", "Remove a\nRemove b"]
    assert only.steps[1].needs_admin


def test_what_only_an_administrator_can_read_is_said_once():
    again = Remedy("Scan again as administrator", ("Open",), change=Change(Stage.READING))
    (only,) = plan(*(found(f"AVX00{n}", again, severity=None) for n in (2, 3, 4)))
    assert only.cures == ("AVX002", "AVX003", "AVX004")


def test_a_remedy_is_automatic_if_all_of_it_is():
    def edit(automatic: bool) -> Remedy:
        return Remedy("Edit", ("In a.py",), automatic=automatic)

    (whole,) = plan(found("APP003", edit(True)), found("APP003", edit(True)))
    (part,) = plan(found("APP003", edit(True)), found("APP003", edit(False)))
    assert (whole.automatic, part.automatic) == (True, False)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (f'{OLD} -m pip install -U "a>=1" b', Install(("a>=1", "b"), "", ("-U",))),
        ("python -m pip install a --index-url u", Install(("a",), "--index-url u")),
        ("python -m pip install -r requirements.txt", None),
        ("python -m pip uninstall a", None),
        ("winget install a", None),
        ('python -m pip install "a', None),
    ],
)
def test_a_pip_command_is_read(command, expected):
    assert Install.parse(command) == expected


def test_of_two_equal_remedies_the_automatic_one_is_taken():
    (only,) = plan(found("REV001", Remedy("By hand", ()), Remedy("Edit", (), automatic=True)))
    assert only.title == "Edit"


def test_a_thousand_findings_of_a_kind_are_one_thing_to_do():
    many = [
        found("APP004", Remedy("Edit", (Step(f"Line {n}", "x", "python"),)), Remedy("Else", ()))
        for n in range(1000)
    ]
    (only,) = plan(*many)
    assert len(only.steps) == 1000


def test_another_exact_version_of_a_package_does_not_cure():
    old = pip("nemo==1.23.0", "hub==0.23", title="Stay with the old one")
    (only,) = plan(
        found("NEM002", pip("nemo>=2.4"), old), found("ENV010", python("3.12"), pip("nemo==3.0.0"))
    )
    assert commands(only.steps) == [f"{OLD} -m pip install nemo==3.0.0"]
    first, second = plan(found("AAA001", pip("nemo==1")), found("BBB001", pip("nemo==2")))
    assert first.cures + second.cures == ("AAA001", "BBB001")


def test_a_check_that_two_remedies_share_is_done_once_at_the_end():
    check = Step("Check", f"{OLD} -m pip check", "powershell")

    def checked(requirement: str) -> Remedy:
        remedy = pip(requirement, title=f"Install {requirement}")
        return Remedy(remedy.title, (*remedy.steps, check), change=remedy.change)

    first, second = plan(found("AAA001", checked("a")), found("BBB001", checked("b")))
    assert check not in first.steps
    assert check in second.steps


def test_a_step_of_the_move_keeps_the_old_python():
    listing = Step("List what is there", f"{OLD} -m pip freeze", "powershell")
    change = Change(Stage.PYTHON, "3.12", (), NEW, OLD)
    (only,) = plan(found("ENV001", Remedy("Move", (listing,), change=change)))
    assert only.steps == (listing,)


def test_another_environment_is_looked_at_before_anything_is_changed():
    other = Remedy("Scan that one", ("Run",), change=Change(Stage.ELSEWHERE, "app"))
    first, second = plan(found("ENV010", python("3.12")), found("NEM001", other, pip("nemo")))
    assert (first.title, second.title) == ("Scan that one", "Use Python 3.12")


def test_what_goes_into_the_new_environment_anyway_is_preferred():
    scan = Remedy("Scan the app's environment", ("Run",))
    (only,) = plan(found("ENV010", python("3.12")), found("ENV012", scan, pip("torch")))
    assert only.cures == ("ENV010", "ENV012")
    assert f"{NEW} -m pip install torch" in commands(only.steps)


def test_a_fallback_is_never_chosen_for_what_else_it_cures():
    both = pip("nemo==1.23.0", "hub==0.23.2", title="Or stay with the old one")
    chosen = plan(found("NEM002", pip("nemo>=3"), both), found("ENV015", pip("hub")))
    assert [each.title for each in chosen] == ["Install", "Install"]


def test_another_version_needs_no_repair_of_the_present_one():
    repair = Remedy("Repair", (), change=Change(
        Stage.PACKAGES, installs=(Install(("numpy<2",)),), repairs="nemo"))  # fmt: skip
    (only,) = plan(found("NEM002", pip("nemo==3.0.0")), found("NEM009", repair))
    assert only.cures == ("NEM002", "NEM009")
    assert commands(only.steps) == [f"{OLD} -m pip install nemo==3.0.0"]


def test_the_partners_that_come_with_a_torch_are_the_right_ones():
    both = pip("torch==2.8.0", "torchaudio==2.8.0", index="--index-url https://x/cu126")
    partner = pip("torchaudio==2.5.*", index="--index-url https://x/cu121")
    (only,) = plan(found("ENV014", partner), found("ENV015", both))
    assert len(commands(only.steps)) == 1


def test_a_path_with_an_apostrophe_is_quoted_for_a_service():
    service = Step("Make this the start command", '"C:\\it\'s\\python.exe" -m winasr_doctor run')
    change = Change(Stage.PYTHON, "3.12", (), NEW, r"& 'C:\it''s\python.exe'")
    moved = Remedy("Use Python 3.12", (), change=change)
    run = Remedy("Run", (service,), change=Change(Stage.TEMP))
    _, last = plan(found("ENV010", moved), found("TMP002", run))
    assert commands(last.steps) == [r'"C:\venvs\asr\Scripts\python.exe" -m winasr_doctor run']
