import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len
from sample_reports import (
    CRASH,
    ERROR,
    HOST,
    NOTE,
    PASS,
    SILENCED,
    SKIP,
    TOOL,
    UNKNOWN,
    WARNING,
    healthy,
    mixed,
    nasty,
    report,
    result,
)

from winasr_doctor.findings import (
    Change,
    Documentation,
    Location,
    Remedy,
    Report,
    Result,
    Severity,
    Stage,
    Status,
    Step,
)
from winasr_doctor.report import RenderOptions, render
from winasr_doctor.report.text_layout import wrap


def text(subject: Report, **options) -> str:
    return render(subject, "text", RenderOptions(**options))


def widest(page: str) -> int:
    return max(cell_len(line) for line in page.split("\n"))


def without_commands(subject: Report) -> Report:
    """Return a report without its commands, which are wider than a terminal."""

    def plain(result: Result) -> Result:
        remedies = tuple(
            replace(each, steps=tuple(Step.of(step).words for step in each.steps))
            for each in result.remedies
        )
        return replace(result, remedies=remedies)

    return replace(subject, results=tuple(map(plain, subject.results)))


def test_a_healthy_machine_fits_one_screen():
    page = text(healthy())
    assert page.count("\n") <= 24
    assert widest(page) <= 80


def test_the_head_names_machine_python_torch_and_nemo_and_the_verdict():
    first, second, *_ = text(healthy(), width=120).split("\n")
    versions = "Python 3.12.10, torch 2.9.1+cu128, NeMo 3.0.0"
    assert first == f"winasr_doctor 0.1.0: {HOST['system']}, {versions}"
    assert second.startswith("PASS: nothing found in settings and versions that would break NeMo")


def test_what_was_not_found_is_said():
    page = text(Report(TOOL, {**HOST, "torch": None}, ()))
    assert "torch not found" in page


def test_a_family_is_a_line_with_its_counts_if_everything_is_asked_for():
    page = text(healthy(), verbose=True)
    assert re.search(r"^✓ TMP  temp location +7 passed, 1 skipped$", page, re.MULTILINE)


def test_what_to_do_comes_before_what_was_found():
    page = text(mixed())
    assert page.index("What to do") < page.index("✗ ZZZ001 error")


def test_findings_come_worst_first():
    page = text(mixed())
    order = ["ZZZ001 error", "ZZZ002 warning", "ZZZ005 crash", "ZZZ004 unknown"]
    places = [page.index(words) for words in order]
    assert places == sorted(places)


def test_a_remedy_is_numbered_and_says_what_it_cures():
    page = text(mixed())
    assert "1. Use a scratch folder of the app's own (ZZZ001, ZZZ002; `fix --apply` can" in page


def test_each_command_is_alone_on_its_line_and_never_wrapped():
    command = f"Remove-Item -LiteralPath 'C:\\{'folder ' * 30}'"
    steps = (Step("Delete it", f"{command}\nexit", "powershell"), Step("Go on", "set A=1", "cmd"))
    page = text(report(result("ZZZ001", Severity.ERROR, "x", remedies=(Remedy("Do", steps),))))
    lines = [line.strip() for line in page.split("\n")]
    assert {command, "exit", "set A=1", "Delete it:", "Go on (for cmd.exe):"} <= set(lines)
    assert "What to do (commands are for PowerShell):" in lines


def test_findings_of_one_check_are_one_entry_with_their_places():
    found = [
        result("APP004", Severity.WARNING, f"s{line}", location=Location("app.py", line))
        for line in (348, 500)
    ]
    page = text(report(*found))
    assert "! APP004 warning x2: TEMP lies in a bad place; at app.py lines 348, 500\n" in page


def test_findings_that_say_the_same_are_one_entry():
    same = [result(f"ZZZ00{n}", Status.UNKNOWN, "no answer") for n in (1, 2)]
    assert "? ZZZ001, ZZZ002 unknown: no answer\n" in text(report(*same))


def test_many_checks_that_say_the_same_are_counted():
    same = [result(f"ZZZ00{n}", Status.UNKNOWN, "no answer") for n in range(7)]
    assert "? 7 ZZZ checks unknown: no answer\n" in text(report(*same))
    other = result("YYY001", Status.UNKNOWN, "no answer")
    assert "? 8 checks unknown: no answer\n" in text(report(*same, other))


def test_a_finding_takes_three_lines_at_most():
    page = text(report(result("ZZZ001", Severity.ERROR, "word " * 100)))
    assert len(re.findall("word word", page)) > 10
    assert page.count("word") < 40


def test_places_cost_a_finding_none_of_its_words():
    words = "nobody reads p.stderr while this waits: the program stops as soon as the pipe is full"
    found = result("APP015", Severity.WARNING, words, location=Location("app/" * 15 + "a.py", 4))
    page = " ".join(text(report(found)).split())
    assert f"{words}; at app/" in page


def test_everything_of_a_finding_is_shown_if_it_is_asked_for():
    page = text(report(ERROR), verbose=True)
    assert "✗ ZZZ001 error: TEMP lies inside OneDrive: C:\\Users\\ada\\OneDrive\\Temp\n" in page
    assert "    Why: TEMP lies in a bad place\n" in page
    assert "    kind: business\n    opened: True\n" in page.replace("yes", "True")
    assert "    Do:  Use a scratch folder of the app's own (`fix --apply` can do it)\n" in page
    assert "    Or:  Pause OneDrive\n      1. Click its icon" in page


def test_quiet_is_the_verdict_and_what_to_do():
    page = text(mixed(), quiet=True)
    assert "FAIL: " in page
    assert "1. Use a scratch folder" in page
    assert "ZZZ004" not in page


def test_the_why_is_the_one_of_the_checks_documentation():
    doc = Documentation("TEMP", "**Why.** The client opens every file.")
    page = text(report(replace(ERROR, documentation=doc), WARNING), verbose=True)
    assert "Why: The client opens every file.\n" in page


def test_a_note_is_only_counted_unless_everything_is_asked_for():
    assert NOTE.summary not in text(report(NOTE))
    assert "1 note; -v lists" in text(report(NOTE))
    assert "Why:" in text(report(NOTE), verbose=True)


def test_the_why_is_said_once_for_each_check():
    assert text(report(WARNING, WARNING), verbose=True).count("Why:") == 1


def test_a_finding_in_source_shows_where():
    assert "    At:  src/my app.py:12:5\n" in text(report(WARNING), verbose=True)
    assert "; at src/my app.py line 12\n" in text(report(WARNING), width=120)


def test_unknown_says_what_it_needs():
    words = "? ZZZ004 unknown: the exclusions may not be read (needs an administrator)"
    assert words in text(report(UNKNOWN))


def test_a_crash_is_one_line():
    page = text(report(CRASH))
    assert "! ZZZ005 crash: the check itself failed: ValueError: seven\n" in page
    assert "Traceback" not in page


def test_a_silenced_finding_is_shown_with_its_reason():
    assert "- ZZZ008 silenced in app.py, line 4: measured\n" in text(report(SILENCED))


def test_passes_and_skips_are_only_counted():
    page = text(report(PASS, SKIP))
    assert "1 passed, 1 skipped" in page
    assert PASS.summary not in page
    assert SKIP.summary not in page


def test_verbose_lists_passes_skips_and_tracebacks():
    page = text(report(PASS, SKIP, CRASH), verbose=True)
    assert PASS.summary in page
    assert SKIP.summary in page
    assert "Traceback (most recent call last):" in page


def test_input_that_could_not_be_examined_is_named():
    assert "Not examined: cannot examine old.py: it is not UTF-8\n" in text(mixed())


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        (report(PASS), "PASS: nothing found"),
        (report(WARNING), "WARN: loading or transcribing may fail"),
        (report(ERROR), "FAIL: loading or transcribing will fail"),
        (report(CRASH), "WARN: no error or warning found, but a check crashed"),
        (report(UNKNOWN), "1 check could not decide"),
        (report(), "no check was run"),
    ],
)
def test_the_verdict_is_a_sentence(subject, words):
    assert words in text(subject).replace("\n      ", " ")


def test_the_end_says_where_to_start_and_where_to_look_further():
    page = text(mixed())
    assert "\nMore on a code: python -m winasr_doctor explain ZZZ001\n" in page
    assert "FAIL: 1 error, 1 warning, 1 check crashed, 1 unknown. Start with: Use a" in page
    assert "explain" not in text(healthy())


def test_the_last_line_is_the_first_command():
    steps = ("Stop the app", Step("Delete it", "rm x", "sh"))
    page = text(report(result("ZZZ001", Severity.ERROR, "x", remedies=(Remedy("Do", steps),))))
    assert page.endswith("Start with: Do\nrm x\n")


def test_code_is_no_command_to_start_with():
    steps = (Step("At the top, add", "import logging", "python"), Step("Run", "tool x", "sh"))
    page = text(report(result("ZZZ001", Severity.ERROR, "x", remedies=(Remedy("Do", steps),))))
    assert page.endswith("Start with: Do\n")


def test_security_is_no_reason_to_say_that_transcribing_may_fail():
    about = Remedy("Remove it", (), change=Change(Stage.SECURITY))
    page = text(report(result("AVX004", Severity.WARNING, "open", remedies=(about,))))
    assert "WARN: nothing found in settings and versions that would break" in page
    assert "may fail" not in page


def test_there_are_no_escapes_without_colour():
    assert "\x1b" not in text(nasty(), verbose=True)


def test_colour_colours_the_severity():
    assert "\x1b[1;31m✗ ZZZ001 error: \x1b[0mTEMP lies" in text(report(ERROR), colour=True)


def test_colour_changes_nothing_but_the_colour():
    assert re.sub(r"\x1b\[[0-9;]*m", "", text(mixed(), colour=True)) == text(mixed())


def test_an_escape_of_the_machine_is_never_sent_to_the_terminal():
    page = text(report(result("ZZZ001", Severity.ERROR, "\x1b]0;owned\x07\x1b[2J")), colour=True)
    assert "\\x1b]0;owned\\x07\\x1b[2J" in page
    assert set(re.findall(r"\x1b[^m]*m", page)) <= {"\x1b[1m", "\x1b[1;31m", "\x1b[0m"}


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "cp932", "ascii", "utf-8"])
@pytest.mark.parametrize("subject", [healthy(), mixed(), nasty()], ids=["good", "mixed", "nasty"])
def test_output_survives_any_console(encoding, subject):
    for width in (80, 40, 100):
        page = text(subject, encoding=encoding, width=width, verbose=True)
        page.encode(encoding)
        narrow = text(without_commands(subject), encoding=encoding, width=width, verbose=True)
        assert widest(narrow) <= width


def test_ticks_become_ascii_on_an_old_console():
    page = text(healthy(), encoding="cp1252", verbose=True)
    assert "+ TMP  temp location" in page
    assert "PASS: nothing found" in page
    assert page.isascii()


def test_an_unheard_of_encoding_gets_ascii():
    assert text(mixed(), encoding="no-such-thing").isascii()


def test_a_long_path_is_folded_and_nothing_of_it_is_lost():
    path = "C:\\" + "\\".join(f"folder{number}" for number in range(60))
    page = text(report(result("ZZZ001", Severity.ERROR, f"TEMP is {path}")), verbose=True)
    assert widest(page) <= 80
    assert path in re.sub(r"\n\s*", "", page)


def test_no_line_ends_in_white_space():
    for subject in (healthy(), mixed(), nasty()):
        for line in text(subject, verbose=True).split("\n"):
            assert line == line.rstrip()


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]) | st.just("\n")))
def test_wrapping_loses_nothing_but_white_space(words):
    rows = wrap(words, 20)
    assert "".join("".join(rows).split()) == "".join(words.split())
    assert max(map(cell_len, rows)) <= 20


def test_source_that_was_not_examined_is_mentioned_once():
    app = [result(f"APP00{number}", Status.SKIP) for number in (1, 2)]
    assert text(report(*app)).count("--app your_script.py") == 1
    assert "--app" not in text(report(*app, result("APP003")))
    assert "--app" not in text(report(PASS))


def test_off_windows_one_line_says_which_checks_do_not_apply():
    page = text(Report(TOOL, {**HOST, "os": "linux"}, (result("AVX001", Status.SKIP), PASS)))
    assert "This is not Windows, so these checks do not apply: AVX (antivirus).\n" in page
    assert "\nTry a Windows machine: python -m winasr_doctor scan --example " in page
    assert "not Windows" not in text(report(result("AVX001", Status.SKIP)))
