"""No page, message or docstring says that a package index has the doctor."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAME = r"(?<![\w./\\:-])winasr[-_.]doctor(?![\w.-]*[/\\])"
INSTALLER = (
    r"\b(?:pip3?|pipx|uvx|uv|conda|mamba|poetry|pdm|hatch|rye|pixi)\b"
    r"(?:\s+(?:tool|pip|run|install|add|upgrade|download|sync|inject|-\S+))*\s"
)
ADVICE = re.compile(
    rf"{INSTALLER}[^\n`|&;]*?{NAME}(?:\[[^\]\n]*\])?(?!\s*(?:\[[^\]]*\])?\s*@)(?![\w/\\])",
    re.IGNORECASE,
)
PLACES = ("README.md", "CHANGELOG.md", "docs", "examples", "tools", "benchmarks", "winasr_doctor",
          ".github", ".pre-commit-hooks.yaml", "tox.ini")  # fmt: skip
SUFFIXES = {
    ".md",
    ".py",
    ".toml",
    ".yml",
    ".yaml",
    ".ini",
    ".js",
    ".jinja",
    ".txt",
    ".json",
    ".svg",
}


def advised(text: str) -> list[str]:
    """Return the lines that install the doctor by its name alone."""
    return [
        found[0]
        for line in re.sub(r"\\\n\s*", " ", text).splitlines()
        for found in ADVICE.finditer(line)
        if re.search(r"\b(install|add|inject|run|uvx|download|tool|upgrade)\b", found[0])
        if not re.search(r"--from\s+\.", found[0])  # a checkout or an archive of it
    ]


def texts(file: Path) -> Iterator[str]:
    content = file.read_text(encoding="utf-8")
    yield content
    if file.suffix == ".py":  # a message may go over several literals
        for node in ast.walk(ast.parse(content)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
                yield " ".join(node.value.split())
            elif isinstance(node, ast.JoinedStr):
                parts = (p.value if isinstance(p, ast.Constant) else "{}" for p in node.values)
                yield "".join(map(str, parts))


def files() -> Iterator[Path]:
    for place in PLACES:
        path = ROOT / place
        found = path.rglob("*") if path.is_dir() else [path]
        yield from (file for file in found if file.suffix in SUFFIXES and file.is_file())


@pytest.mark.parametrize(
    "text",
    [
        "pip install winasr_doctor",
        "python -m pip install winasr-doctor[asr]",
        'python -m pip install "winasr_doctor[asr]"',
        "python -m pip install -U winasr_doctor[ui]",
        "pip install --upgrade 'WinASR_Doctor[ui]>=0.1'",
        'python -m pip install ".[test]" "winasr-doctor[test]"',
        'uv pip install "winasr_doctor[canary]"',
        "uv add winasr-doctor --dev",
        "uv tool install winasr-doctor",
        "uvx winasr-doctor",
        "pipx install winasr-doctor",
        "pipx run winasr-doctor scan",
    ],
)
def test_the_search_finds_every_form(text):
    assert advised(text)


@pytest.mark.parametrize(
    "text",
    [
        'python -m pip install ".[asr]"',
        "python -m pip install . && python -m winasr_doctor",
        'python -m pip install "path/to/winasr_doctor[test]"',
        r'pip install "C:\tools\winasr_doctor[asr]"',
        'pip install "winasr_doctor[asr] @ git+https://example.org/winasr_doctor@abc"',
        "pip install dist/winasr_doctor-0.2.0-py3-none-any.whl",
        "uvx --from . winasr-doctor",
        "uvx --from ./winasr_doctor-main.zip winasr-doctor scan",
    ],
)
def test_the_search_leaves_lines_that_work(text):
    assert advised(text) == []


def test_nothing_advises_installing_the_doctor_from_an_index():
    wrong = {
        f"{file.relative_to(ROOT).as_posix()}: {line}"
        for file in files()
        for text in texts(file)
        for line in advised(text)
    }
    assert wrong == set()
