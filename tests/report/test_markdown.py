import html
import re

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt
from sample_reports import (
    ERROR,
    NASTY,
    PASS,
    SILENCED,
    UNKNOWN,
    WARNING,
    healthy,
    mixed,
    nasty,
    report,
    result,
    texts,
)

from winasr_doctor.findings import Remedy, Severity, Step
from winasr_doctor.report import RenderOptions, render
from winasr_doctor.report.escaping import one_line
from winasr_doctor.report.markdown import escape

parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
OURS = {
    "<details><summary>Evidence</summary>",
    "<details><summary>Remedies for this finding alone</summary>",
    "</details>",
}
MENTION = re.compile(r"@\w|#\d")


def page(subject, **options):
    return render(subject, "markdown", RenderOptions(**options))


def tokens(text):
    for token in parser.parse(text):
        yield token
        yield from token.children or ()


def assert_obeys_nothing(text):
    """Hold a page to showing the machine's words as words."""
    for token in tokens(text):
        assert token.type not in {"link_open", "image", "html_inline", "em_open", "s_open"}, token
        if token.type == "html_block":
            assert token.content.strip() in OURS
        if token.type == "text":
            assert not MENTION.search(token.content)


def test_the_head_says_the_verdict_and_the_machine():
    text = page(mixed())
    assert text.startswith("## winasr\\_doctor: ❌ FAIL\n")
    assert "- **Machine**: Windows 11 Pro 10.0.22631\n" in text


def test_a_healthy_machine_is_short():
    assert page(healthy()).count("\n") < 25


def test_families_are_counted_in_a_table():
    assert "| ✅ TMP | temp location | 7 passed, 1 skipped |\n" in page(healthy())
    assert any(token.type == "table_open" for token in tokens(page(healthy())))


def test_findings_are_sections_worst_first():
    plan, *sections = re.findall(r"^### (.*)$", page(mixed()), re.MULTILINE)
    assert plan == "What to do"
    assert [title.split()[1] for title in sections[:3]] == ["ZZZ001", "ZZZ002", "ZZZ003"]
    assert sections[3:] == ["Crashed", "Unknown", "Silenced in the source", "Not examined"]


def test_steps_are_a_numbered_list_and_lines_to_type_a_block():
    text = page(report(ERROR))
    lists = [token.type for token in parser.parse(text)].count("ordered_list_open")
    assert lists == 1 + len(ERROR.remedies)
    planned, typed = [t.content for t in tokens(text) if t.type == "fence" and not t.info]
    assert planned == typed == "$env:TEMP = 'C:\\asr-scratch'\npython app.py\n"


def test_a_command_is_a_block_of_its_language_with_nothing_escaped():
    command = "Remove-Item 'C:\\a_b*`[c]' # @ada #12\nexit"
    steps = (Step("Delete it", command, "powershell"),)
    text = page(report(result("ZZZ001", Severity.ERROR, "s", remedies=(Remedy("Do", steps),))))
    blocks = [token.content for token in tokens(text) if token.info == "powershell"]
    assert blocks == [f"{command}\n"] * 2
    assert text.index("### What to do (commands are for PowerShell)") < text.index("### ❌")


def test_evidence_is_folded():
    assert "<details><summary>Evidence</summary>\n\n```json\n{\n" in page(report(ERROR))


def test_a_place_in_source_is_code():
    assert "\nAt `src/my app.py:12:5`\n" in page(report(WARNING))


def test_unknown_says_what_it_needs():
    assert "- **ZZZ004**: the exclusions may not be read (needs an administrator)" in page(
        report(UNKNOWN)
    )


def test_a_silenced_finding_is_listed():
    assert "- **ZZZ008**: silenced in app.py, line 4: measured" in page(report(SILENCED))


def test_passes_are_listed_only_when_verbose():
    assert PASS.summary not in page(report(PASS))
    assert PASS.summary in page(report(PASS), verbose=True)


def test_a_mention_becomes_code():
    assert escape("mail ada@example.com about #12") == "mail `ada@example.com` about `#12`"


@pytest.mark.parametrize("text", [text for text in NASTY if text.strip()])
def test_hostile_text_is_shown_as_it_is(text):
    shown = parser.render(escape(text))
    assert_obeys_nothing(escape(text))
    assert html.unescape(re.sub(r"</?(?:p|code)>", "", shown)).strip() == one_line(text)


@settings(max_examples=300)
@given(texts)
def test_any_text_is_shown_as_it_is(text):
    shown = parser.render(f"x {escape(text)}")
    shown = re.sub(r"</?(?:p|code)>", "", shown)
    assert html.unescape(shown).split() == ["x", *one_line(text).split()]


def test_a_hostile_report_is_shown_as_it_is():
    assert_obeys_nothing(page(nasty(), verbose=True))


def test_what_is_typed_cannot_leave_its_block():
    step = "type:\n```\n<b>x</b>\n~~~\n````\n@ada"
    one = result("ZZZ001", Severity.ERROR, "x", remedies=(Remedy("y", (step,)),))
    assert_obeys_nothing(page(report(one)))
    typed = [token.content for token in tokens(page(report(one))) if token.type == "fence"]
    assert typed == [step.partition("\n")[2] + "\n"] * 2


def test_evidence_cannot_leave_its_block():
    one = result("ZZZ001", Severity.ERROR, "x", evidence={"a": "```\n</details>\n```` x"})
    assert_obeys_nothing(page(report(one)))
