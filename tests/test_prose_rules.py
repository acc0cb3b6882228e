"""The rules of the linter of prose, and where it finds English; proselint is not needed here."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TABLE = re.compile(r"^\| `(?P<bad>.+?)` \| (?P<good>.+?) \|$", re.MULTILINE)


def module(name: str):
    spec = importlib.util.spec_from_file_location(f"prose_{name}", ROOT / f"tools/prose/{name}.py")
    found = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = found
    spec.loader.exec_module(found)
    return found


RULES = module("rules").RULES


def broken(text: str) -> set[str]:
    """Return the names of the rules that a text breaks."""
    flags = re.IGNORECASE | re.MULTILINE
    return {
        rule.name
        for rule in RULES
        for pattern in rule.patterns
        if re.search(pattern.replace(" ", r"\s+"), text, flags)
    }


def rows():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return TABLE.findall(text[text.index("## Words") : text.index("## Release")])


def test_the_table_of_words_follows_the_rules():
    assert [good for _, good in rows() if broken(good)] == []
    assert sum(bool(broken(bad)) for bad, _ in rows()) >= 6


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("What is left is told by the ledger.", "told"),
        ("It waits\nfor ever.", "forever"),
        ("An app stands still.", "stands"),
        ("It is kept, the file is read, and the folder was found.", "passive pile-up"),
        ("It is no longer there.", ""),
        ("It tells the speakers apart for every word.", ""),
    ],
)
def test_a_habit_is_found_and_nothing_else(text: str, name: str):
    assert broken(text) >= ({name} if name else set())
    assert bool(broken(text)) is bool(name)


def test_english_is_found_with_its_line_and_code_is_not(tmp_path: Path):
    page, source, entry = tmp_path / "a.md", tmp_path / "a.py", tmp_path / "a.toml"
    page.write_text("# Title\n\nOne `for ever` two.\n\n```sh\nfor ever\n```\nlast line here\n")
    source.write_text('import re\n\nA = re.compile("one two three")\nB = f"four {A} five six"\n')
    entry.write_text('title = "as it is"\ncause = "why it is so"\n\n[[samples]]\ntext = "as was"\n')
    prose = module("texts").Prose([page, source, entry])
    assert "ever" not in prose.text
    assert "one two three" not in prose.text
    assert "as it is" not in prose.text
    assert prose.place(prose.text.index("last line")) == (page, 8)
    assert prose.place(prose.text.index("four")) == (source, 4)
    assert prose.place(prose.text.index("why it is")) == (entry, 2)
