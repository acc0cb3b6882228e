"""The documentation does what it says: links, commands and generated pages.

Its blocks of code are tried by tests/docs, those that need NeMo by tests/nemo.
"""

from __future__ import annotations

import importlib.util
import pkgutil
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import winasr_doctor

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
COMMAND = re.compile(r"^\| `(python -m winasr_doctor[^`]*)` \|", re.MULTILINE)
EXAMPLES = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
GENERATORS = (
    "generate_checks.py",
    "generate_errors.py",
    "generate_house.py",
    "generate_reference.py",
    "pictures/make_scan.py",
)


def name_of(page):
    return page.relative_to(ROOT).as_posix() if isinstance(page, Path) else None


def without_code(text):
    return re.sub(r"^(`{3,}).*?^\1|`[^`\n]*`", "", text, flags=re.DOTALL | re.MULTILINE)


def anchors(page):
    """Return a page's anchors: its own and those that GitHub gives to headings."""
    text = page.read_text(encoding="utf-8")
    fences = re.compile(r"^ *(`{3,}).*?^ *\1", re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#{1,6} (.*)$", fences.sub("", text), re.MULTILINE)
    plain = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings]
    slugs = [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain]
    return {*re.findall(r'id="([^"]+)"', text), *slugs}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text(encoding="utf-8"))):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        file, _, anchor = target.partition("#")
        linked = (page.parent / file) if file else page
        assert linked.exists(), target
        if anchor:
            assert anchor in anchors(linked), target


def test_every_page_is_linked_from_an_index():
    linked = {ROOT / "docs" / "index.md"}
    for index in (ROOT / "docs" / folder / "index.md" for folder in ("", "checks", "errors")):
        for target in re.findall(r"\]\(([\w/.-]+\.md)", index.read_text(encoding="utf-8")):
            linked.add((index.parent / target).resolve())
    assert {page for page in PAGES if page.is_relative_to(ROOT / "docs")} <= linked


@pytest.mark.parametrize("generator", GENERATORS)
def test_what_is_generated_is_up_to_date(generator):
    check = [sys.executable, str(ROOT / "docs" / generator), "--check"]
    finished = subprocess.run(check, check=False, capture_output=True, text=True)
    assert finished.returncode == 0, f"run docs/{generator}\n{finished.stderr}"


def test_a_generator_names_what_is_not_up_to_date(tmp_path, monkeypatch, capsys):
    file = ROOT / "docs" / "generating.py"
    spec = importlib.util.spec_from_file_location("generating", file)
    generating = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generating)
    wanted = {"same.md": "1", "changed.md": "2", "missing.md": "3"}
    monkeypatch.setattr("sys.argv", ["make.py"])
    assert generating.main(tmp_path, wanted) == 0
    monkeypatch.setattr("sys.argv", ["make.py", "--check"])
    assert generating.main(tmp_path, wanted) == 0
    (tmp_path / "changed.md").write_text("x")
    (tmp_path / "missing.md").unlink()
    (tmp_path / "gone.md").touch()
    assert generating.main(tmp_path, wanted) == 1
    told = capsys.readouterr().err.splitlines()
    assert [line.split()[0] for line in told] == ["changed.md", "gone.md", "missing.md"]


def test_the_house_shows_every_package():
    drawn = (ROOT / "docs" / "pictures" / "house.svg").read_text(encoding="utf-8")
    shown = {name.rstrip("/") for name in re.findall(r">([\w/]+)</text>", drawn)}
    there = {module.name for module in pkgutil.iter_modules(winasr_doctor.__path__)}
    assert there <= shown


def test_the_picture_of_a_scan_fetches_nothing():
    drawn = (ROOT / "docs" / "pictures" / "scan.svg").read_text(encoding="utf-8")
    inside = drawn.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert "SYN001" in drawn
    assert "//" not in inside
    assert "@import" not in inside
    assert set(re.findall(r"url\(([^)]{5})", inside)) == {"#scan"}


@pytest.mark.parametrize("line", sorted({*COMMAND.findall(README), *COMMAND.findall(EXAMPLES)}))
def test_every_command_of_the_tables_runs(line, tmp_path, monkeypatch, capsys):
    """In this process: tests/cli and tests/wine start commands as processes."""
    from winasr_doctor.cli import main

    log = tmp_path / "log.txt"
    log.write_text("PermissionError: [WinError 32] x: 'C:\\\\T\\\\tmpx\\\\manifest.json'\n")
    replaced = line.replace("log.txt", shlex.quote(str(log))).replace("--app .", "--app examples")
    replaced = replaced.replace("--python .venv", f"--python {shlex.quote(sys.executable)}")
    arguments = shlex.split(replaced)
    for option in ("-o", "--output"):
        if option in arguments:
            place = arguments.index(option) + 1
            arguments[place] = str(tmp_path / arguments[place])
    monkeypatch.chdir(ROOT)
    with pytest.raises(SystemExit) as ended:
        main(arguments[3:])
    assert ended.value.code in {0, 3}
    assert "Traceback (most recent call last)" not in capsys.readouterr().err


def test_the_examples_name_every_command():
    from winasr_doctor.cli import COMMANDS

    for name in COMMANDS:  # each line of the table is run above
        assert f"python -m winasr_doctor {name}" in EXAMPLES


def test_the_readme_fits_three_screens():
    assert len(README.splitlines()) <= 90


@pytest.fixture(scope="module")
def check_html():
    """Return docs/check_html.py as a module."""
    file = ROOT / "docs" / "check_html.py"
    spec = importlib.util.spec_from_file_location("check_html", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "element",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="//fonts.example/x.css">',
        '<img src="HTTP://example/x.png">',
        '<img srcset="https://example/x.png 2x">',
        "<style>@import 'https://example/x.css';</style>",
        '<p style="background: url(https://example/x.png)"></p>',
        '<link rel="icon preload" href="https://example/x.ico">',
    ],
)
def test_a_built_page_with_an_outside_resource_is_told(check_html, element, tmp_path):
    (tmp_path / "index.html").write_text(element)
    (problem,) = check_html.problems(tmp_path)
    assert "loads" in problem


def test_a_style_sheet_with_an_outside_font_is_told(check_html, tmp_path):
    (tmp_path / "x.css").write_text('@font-face { src: url("https://fonts.example/x.woff2") }')
    (problem,) = check_html.problems(tmp_path)
    assert problem == "x.css loads https://fonts.example/x.woff2"


@pytest.mark.parametrize("link", ["gone.html", "index.html#gone", "#gone", "other.html#gone"])
def test_a_dead_link_of_a_built_page_is_told(check_html, link, tmp_path):
    (tmp_path / "other.html").write_text('<p id="here"></p>')
    (tmp_path / "index.html").write_text(f'<p id="here"></p><a href="{link}">x</a>')
    (problem,) = check_html.problems(tmp_path)
    assert link in problem


def test_good_built_pages_are_not_complained_about(check_html, tmp_path):
    (tmp_path / "other.html").write_text('<p id="here"></p>')
    (tmp_path / "index.html").write_text(
        '<p id="here"></p><a href="#here">x</a><a href="other.html#here">x</a>'
        '<a href="https://example">x</a><link rel="canonical" href="https://example">'
        '<script src="other.html?v=1"></script><img src="data:image/png;base64,AA">'
    )
    assert list(check_html.problems(tmp_path)) == []


@pytest.mark.parametrize(("main", "told"), [("true", 0), ("false", 2)])
def test_a_search_that_does_not_lead_to_the_tutorial_is_told(check_html, main, told, tmp_path):
    entry = f'[[0, "index-0", {main}]]'
    entries = f'{{"winerror 32": {entry}, "install": {entry}}}'
    index = f'{{"docnames": ["tutorial"], "indexentries": {entries}}}'
    (tmp_path / "searchindex.js").write_text(f"Search.setIndex({index})")
    assert len(list(check_html.problems(tmp_path))) == told
