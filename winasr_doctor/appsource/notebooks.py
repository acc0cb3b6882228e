"""Reads Jupyter notebooks: the code cells in order, as one source that Python can parse.

Sources: nbformat, "The Jupyter Notebook format" (4.x: `cells`, `source` a text or a list of lines;
3: `worksheets`, `input`); IPython, "Built-in magic commands" and "Python vs IPython" (`%`, `%%`,
`!`, `?`).
"""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator, Mapping
from typing import Any

from winasr_doctor.appsource.parts import Cell

_ASSIGNED = re.compile(r"^(\s*[A-Za-z_][\w.,\s\[\]'\"]*=\s*)[!%](.*)$")
_LINE = re.compile(r"^(\s*)(?:[!%]|\?|,|;|/(?=\w))")
_HELP = re.compile(r"^\s*\*?[\w.*]+\?{1,2}\s*$")
_PYTHON_CELLS = frozenset({"time", "timeit", "capture", "prun", "debug", "python", "python3", "py"})
"""Cell magics whose body is Python of the same notebook."""
_PYTHON_LINES = re.compile(r"^(\s*)%(?:time|timeit|prun)\s+(?![-])(.+)$")


class NotebookError(ValueError):
    """The notebook cannot be read; the message completes `cannot examine FILE: ...`."""


def read_notebook(document: bytes) -> tuple[str, tuple[Cell, ...]]:
    """Return the source of a notebook's code cells and where each of them is.

    Magics and shell commands become `pass`, so that the lines keep their numbers. A cell that is
    not Python becomes comments.

    Args:
        document: The file's content.

    Raises:
        NotebookError: It is not a notebook, or its code is in another language.
    """
    try:
        text = document.decode("utf-8-sig")
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotebookError(f"it is not a notebook ({error})") from error
    if not isinstance(notebook, dict):
        raise NotebookError("it is not a notebook: it holds no JSON object")
    language = _language(notebook)
    if language not in {"", "python", "ipython"}:
        raise NotebookError(f"its code is {language}, not Python")
    finder = _RawLines(text)
    lines: list[str] = []
    cells = []
    for number, source in enumerate(_code_cells(notebook), 1):
        raw = source.split("\n")
        cells.append(Cell(number, len(lines) + 1, finder.find(raw)))
        lines.extend(_as_python(raw))
    return "\n".join(lines) + "\n", tuple(cells)


def _language(notebook: Mapping[str, Any]) -> str:
    metadata = notebook.get("metadata")
    if not isinstance(metadata, dict):
        return ""
    for key, field in (("language_info", "name"), ("kernelspec", "language")):
        part = metadata.get(key)
        if isinstance(part, dict) and isinstance(part.get(field), str):
            return str(part[field]).lower()
    return ""


def _code_cells(notebook: Mapping[str, Any]) -> Iterator[str]:
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        cells = list(_cells_of_version_3(notebook.get("worksheets")))
    for cell in cells:
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source = cell.get("source", cell.get("input", ""))
            joined = "".join(map(str, source)) if isinstance(source, list) else str(source)
            yield joined.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _cells_of_version_3(sheets: object) -> Iterator[object]:
    if not isinstance(sheets, list) or not all(isinstance(sheet, dict) for sheet in sheets):
        raise NotebookError("it is not a notebook: it has no cells")
    for sheet in sheets:
        yield from sheet.get("cells", ())


def _as_python(lines: list[str]) -> list[str]:
    """Return a cell's lines with everything that only IPython understands replaced."""
    first = next((line for line in lines if line.strip()), "")
    if first.startswith("%%"):
        magic = first[2:].split(maxsplit=1)
        if not magic or magic[0] not in _PYTHON_CELLS:
            return [f"# {line}" for line in lines]
        lines = ["" if line is first else line for line in lines]
    inside = _inside_strings(lines)
    replaced: list[str] = []
    continued = False
    for number, line in enumerate(lines):
        if continued:
            replaced.append("")
            continued = line.rstrip().endswith("\\")
            continue
        new = line if number in inside else _line(line)
        continued = (
            new is not line and line.rstrip().endswith("\\") and not _PYTHON_LINES.match(line)
        )
        replaced.append(new)
    return replaced if _parses(replaced) else [f"# {line}" for line in replaced]


def _line(line: str) -> str:
    if timed := _PYTHON_LINES.match(line):
        return timed[1] + timed[2]
    if assigned := _ASSIGNED.match(line):
        return f"{assigned[1]}None"
    if plain := _LINE.match(line):
        return f"{plain[1]}pass"
    return "pass" if _HELP.match(line) else line


def _inside_strings(lines: list[str]) -> set[int]:
    """Return the lines, from 0, that begin inside a string or inside brackets."""
    inside: set[int] = set()
    depth = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO("\n".join(lines) + "\n").readline):
            inside.update(range(token.start[0], token.end[0]))
            if token.type == tokenize.OP:
                depth += (token.string in "([{") - (token.string in ")]}")
            if depth > 0 and token.type == tokenize.NL:
                inside.add(token.start[0])
    except (tokenize.TokenError, SyntaxError, IndentationError):
        pass
    return inside


def _parses(lines: list[str]) -> bool:
    """Return whether a cell is Python by itself; one that is not must not spoil the others."""
    try:
        ast.parse("\n".join(lines))
    except SyntaxError as error:
        return "outside function" in str(error)  # `await` and `return` at the top of a cell
    except (ValueError, RecursionError, MemoryError):
        return False
    return True


class _RawLines:
    """Finds the lines of the `.ipynb` file in which the lines of cells are written."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._at = 0

    def find(self, source: list[str]) -> tuple[int, ...]:
        """Return the line of the file, from 1, for each line of the next cell."""
        found = []
        for line in source:
            escaped = json.dumps(line)[1:-1]
            plain = json.dumps(line, ensure_ascii=False)[1:-1]
            for number in range(self._at, len(self._lines)):
                raw = self._lines[number]
                if line and (escaped in raw or plain in raw):
                    self._at = number
                    break
            found.append(self._at + 1)
        return tuple(found)
