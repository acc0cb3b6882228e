import base64
import hashlib
import itertools
import re
from html.parser import HTMLParser

import pytest
from sample_reports import (
    ERROR,
    NASTY,
    SILENCED,
    UNKNOWN,
    WARNING,
    healthy,
    mixed,
    nasty,
    report,
    result,
)

from winasr_doctor.findings import Location, Remedy, Severity, Step
from winasr_doctor.report import render
from winasr_doctor.report.escaping import visible

VOID = {"meta", "br", "hr", "img", "link", "input"}
OURS = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section",
    "article", "h1", "h2", "h3", "h4", "p", "dl", "dt", "dd", "div", "table", "caption", "thead",
    "tbody", "tr", "th", "td", "ol", "ul", "li", "code", "pre", "span", "strong", "bdi",
    "details", "summary", "button", "script",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "id", "scope", "aria-labelledby",
    "type", "hidden",
}  # fmt: skip


class Page(HTMLParser):
    """Parses a page and insists that every element is ours and closed in order."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(document)
        self.close()
        assert not self.open
        assert len(self.all("script")) == 1

    def handle_starttag(self, tag, attrs):
        assert tag in OURS
        assert {name for name, _ in attrs} <= ATTRIBUTES
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def read(subject) -> Page:
    return Page(render(subject, "html"))


def test_the_page_loads_nothing_and_runs_only_its_own_script():
    document = render(mixed(), "html")
    (script,) = re.findall(r"<script>(.*?)</script>", document, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    assert {"http-equiv": "Content-Security-Policy", "content": policy} in Page(document).all(
        "meta"
    )
    assert not re.search(r"https?://|//\w|@import|url\(|\bsrc=|\bhref=|\bon\w+=", document)


def test_what_to_do_comes_first_with_commands_to_copy():
    steps = ("Stop the app", Step("Delete it", "rm <x>\nexit", "sh"))
    page = read(report(result("ZZZ001", Severity.ERROR, "s", remedies=(Remedy("Do", steps),))))
    assert page.text.index("What to do (commands are for a POSIX shell)") < page.text.index(
        "worst first"
    )
    assert "rm <x>\nexit" in page.texts
    buttons = page.all("button")
    assert len(buttons) == len(page.all("pre")) == 2
    assert all("hidden" in button for button in buttons)


def test_it_is_utf_8_in_english():
    page = read(healthy())
    assert page.all("html") == [{"lang": "en"}]
    assert {"charset": "utf-8"} in page.all("meta")


def test_it_has_landmarks_and_one_main_heading():
    page = read(mixed())
    for tag in ("header", "main", "footer", "h1", "title"):
        assert len(page.all(tag)) == 1


def test_headings_skip_no_level():
    levels = [int(tag[1]) for tag, _ in read(mixed()).elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_every_section_is_named_by_a_heading():
    page = read(mixed())
    identifiers = [attributes["id"] for tag, attributes in page.elements if "id" in attributes]
    assert len(set(identifiers)) == len(identifiers)
    assert {section["aria-labelledby"] for section in page.all("section")} == set(identifiers)


def test_the_table_has_a_caption_and_scoped_headers():
    page = read(healthy())
    assert len(page.all("table")) == len(page.all("caption")) == 1
    assert all(header["scope"] in {"col", "row"} for header in page.all("th"))


def test_a_finding_shows_everything():
    text = read(report(ERROR)).text
    for words in (ERROR.title, ERROR.summary, "Or: Pause OneDrive", '"kind": "business"'):
        assert words in text
    for remedy in ERROR.remedies:
        for step in remedy.steps:
            assert step in text


def test_a_place_in_source_is_shown():
    assert "src/my app.py:12:5" in read(report(WARNING)).text


def test_unknown_silenced_and_unread_are_shown():
    text = read(mixed()).text
    assert UNKNOWN.summary in text
    assert "(needs an administrator)" in text
    assert SILENCED.summary in text
    assert "cannot examine old.py" in text


def test_findings_come_worst_first():
    articles = [article["class"] for article in read(mixed()).all("article")]
    assert articles == ["error", "warning", "info"]


@pytest.mark.parametrize("text", [text for text in NASTY if text.strip()])
def test_hostile_text_is_shown_as_it_is(text):
    ways = (Remedy("Do", (Step(text),)),)
    place = Location(text)
    one = result("ZZZ001", Severity.ERROR, text, title=text, location=place, remedies=ways)
    assert read(report(one)).text.count(visible(text)) >= 4


def test_a_hostile_report_stays_a_page():
    read(nasty())


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, as WCAG 2.2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_has_the_contrast_that_wcag_asks_for(scheme):
    palettes = re.findall(r":root \{(.*?)\}", render(healthy(), "html"), re.DOTALL)
    colours = dict(re.findall(r"--(\w+): (#\w{6});", palettes[scheme]))
    for ground in ("page", "card"):
        for name in ("text", "soft", "error", "warning", "info", "unknown", "pass"):
            pair = sorted((luminance(colours[ground]), luminance(colours[name])))
            assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5, (ground, name)
