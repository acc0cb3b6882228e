"""One file of the app, as the checks see it; cheap to import.

The modules that walk its tree are imported when a check first needs their results.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from winasr_doctor.appsource.parts import Cell, IgnoreComment
from winasr_doctor.findings import Finding, Location, Status, Suppression

if TYPE_CHECKING:
    from winasr_doctor.appsource.chunks import Chunk
    from winasr_doctor.appsource.file_index import FileIndex
    from winasr_doctor.appsource.shelf import Shelf


Content = tuple[str, tuple[Cell, ...]]
"""The decoded text of a file, and the cells of a notebook."""

_DERIVED = ("_kept", "tree", "lines", "index", "parents", "worked_out")
"""What is forgotten with the tree."""


class SourceFile:
    r"""One file of the app, which is read and parsed when somebody first asks for it.

    Attributes:
        path: The path shown to the user: as given, or joined to the given folder.
        problem: Why the file cannot be examined, if it turned out so; what cannot be parsed of it
            then counts as empty.
    """

    def __init__(
        self,
        path: str,
        text: str | None = None,
        tree: ast.Module | None = None,
        *,
        read: Callable[[], Content] | None = None,
        shelf: Shelf | None = None,
        in_parts: bool = False,
    ) -> None:
        r"""Describe a file.

        Args:
            path: The path shown to the user.
            text: The decoded text, with `\n` as the only line ending.
            tree: The result of `ast.parse`.
            read: Returns the content of a file that is kept on disk; see `release`.
            shelf: Is told when the file is parsed and released.
            in_parts: Whether to parse only the functions and classes that somebody asks for.
        """
        self.path = path
        self.problem: str | None = None
        self._read = read
        self._shelf = shelf
        self._in_parts = in_parts
        if text is not None:
            vars(self)["_kept"] = text, ()
        if tree is not None:
            vars(self)["tree"] = tree

    @property
    def text(self) -> str:
        r"""The decoded text, with `\n` as the only line ending."""
        return self._content[0]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The code cells of a notebook, in order; empty for a script."""
        return self._content[1]

    @property
    def _content(self) -> Content:
        """Text and cells; those of a large app's file are kept only while it is parsed."""
        is_kept = self._shelf is None or "_kept" in vars(self)
        return self._kept if is_kept else self._load()

    @cached_property
    def _kept(self) -> Content:
        return self._load()

    def keep_text(self) -> str:
        """Return the text, and keep it until `release`."""
        return self._kept[0]

    @cached_property
    def tree(self) -> ast.Module:
        """The result of `ast.parse`; an empty module if the file has a `problem`."""
        return self.index.whole() if "index" in vars(self) else self._whole()

    def _whole(self) -> ast.Module:
        from winasr_doctor.appsource.parsing import CannotExamineError

        try:
            return self._parse(self.keep_text())
        except CannotExamineError as reason:
            self.problem = str(reason)
            return ast.Module([], [])

    @property
    def may_be_split(self) -> bool:
        """Whether only parts of the file may be parsed."""
        return self._in_parts and not self.is_whole

    def parse_part(self, text: str) -> ast.Module | None:
        """Return the tree of some lines; `None` if they are no complete statements."""
        from winasr_doctor.appsource.parsing import CannotExamineError

        try:
            return self._parse(text)
        except CannotExamineError:
            return None

    def parse_chunk(self, chunk: Chunk) -> list[ast.stmt]:
        """Return the definition in a chunk; nothing if the file has a `problem`."""
        text = self.keep_text()
        found = self.parse_block(chunk, text[chunk.start : chunk.end])
        if len(found) != 1:
            last = chunk.line + text.count("\n", chunk.start, chunk.end)
            nodes = self._whole().body
            if chunk.indent:
                nodes = [inner for each in nodes for inner in getattr(each, "body", ())]
            return [each for each in nodes if chunk.line <= each.lineno <= last]
        return found

    def parse_block(self, chunk: Chunk, text: str) -> list[ast.stmt]:
        """Return the statements in a text that begins where a chunk does, if it can be parsed."""
        above = "\n" * (chunk.line - 1)
        tree = self.parse_part(f"{above[1:]}if 1:\n{text}" if chunk.indent else above + text)
        body = tree.body if tree is not None else []
        return body[0].body if chunk.indent and body and isinstance(body[0], ast.If) else body

    def _parse(self, text: str) -> ast.Module:
        from winasr_doctor.appsource.parsing import parse

        if self._shelf is not None:
            self._shelf.add(self, text)
        return parse(text, self.path)

    @cached_property
    def silenced(self) -> Mapping[int, IgnoreComment]:
        """The comments that silence findings, by line."""
        from winasr_doctor.appsource.suppressions import MARK, LongListError, silences

        text = self.text
        if MARK not in text:
            return {}
        try:
            return silences(text, self.tree)
        except LongListError as error:
            self.problem = str(error)
            return {}

    @property
    def is_whole(self) -> bool:
        """Whether the whole tree is in memory."""
        return "tree" in vars(self)

    def apart(self) -> SourceFile:
        """Return the file itself if it is parsed as a whole anyway, else one to be released."""
        if self.is_whole or self._read is None:
            return self
        if self._shelf is not None:
            self._shelf.visit(self)
        return SourceFile(self.path, read=self._read, in_parts=self._in_parts)

    def __reduce__(self) -> tuple[Callable[[str], SourceFile], tuple[str]]:
        """Let another process have the file; it reads it again."""
        return partial(SourceFile, read=self._read, in_parts=self._in_parts), (self.path,)

    @property
    def is_parsed(self) -> bool:
        """Whether the tree or a part of it is in memory."""
        return self.is_whole or "index" in vars(self)

    def release(self) -> None:
        """Forget everything that can be read from the disk again."""
        if self._read is None:
            return
        if self._shelf is not None:
            self._shelf.remove(self)
        index: FileIndex | None = vars(self).get("index")
        if index is not None:
            index.clear()
        for name in _DERIVED:
            vars(self).pop(name, None)

    def _load(self) -> Content:
        from winasr_doctor.appsource.parsing import CannotExamineError

        content: Content = ("", ())
        try:
            if self._read is not None:
                content = self._read()
        except CannotExamineError as reason:
            self.problem = str(reason)
        return content

    @cached_property
    def lines(self) -> list[str]:
        """The lines as the parser counts them (a form feed or U+2028 does not end one)."""
        return self.text.split("\n")

    @cached_property
    def index(self) -> FileIndex:
        """Calls, assignments and scopes of the file, collected on first use."""
        from winasr_doctor.appsource.file_index import FileIndex

        return FileIndex(self)

    @property
    def outermost(self) -> ast.Module:
        """The module; a file that is parsed in parts may lack functions and classes in it."""
        tree = self.index.module.node
        assert isinstance(tree, ast.Module)  # noqa: S101 - for the type checker
        return tree

    @cached_property
    def parents(self) -> Mapping[ast.AST, ast.AST]:
        """Every node except the module, with the node around it, in the order of a walk."""
        from winasr_doctor.appsource.names import parents_of

        return parents_of(self.tree, self.tree.body)

    def parent_of(self, node: ast.AST) -> ast.AST | None:
        """Return the node around one that is parsed; `None` for the module."""
        parents: Mapping[ast.AST, ast.AST] | None = vars(self).get("parents")
        return self.index.parent_of(node) if parents is None else parents.get(node)

    @cached_property
    def worked_out(self) -> dict[object, Any]:
        """What checks have worked out about the tree and keep as long as it, by a key of theirs."""
        return {}

    @cached_property
    def imports(self) -> Mapping[str, str]:
        """Imported names with what they stand for: `gr` for `gradio`."""
        from winasr_doctor.appsource.names import imports_of

        return imports_of(self.index)

    def qualified(self, node: ast.AST) -> str | None:
        """Return the dotted name of an expression through the imports, such as `gradio.Error`.

        Args:
            node: A name or an attribute of one.

        Returns:
            The name; `None` if the expression does not begin with an imported or built-in name.
        """
        from winasr_doctor.appsource.names import qualified_name

        return qualified_name(node, self.imports, self.index)

    def column(self, line: int, offset: int) -> int:
        """Convert the parser's offset (UTF-8 bytes from 0) into a column (characters from 1)."""
        if not 0 < line <= len(self.lines):
            return offset + 1
        text = self.lines[line - 1]
        if text.isascii():
            return offset + 1
        return len(text.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "replace")) + 1

    def cell_of(self, node: ast.AST) -> Mapping[str, int]:
        """Return the `cell` and `cell_line` of a node, both from 1; empty outside notebooks."""
        line = getattr(node, "lineno", 1)
        cell = next((cell for cell in reversed(self.cells) if cell.first <= line), None)
        return {} if cell is None else {"cell": cell.number, "cell_line": line - cell.first + 1}

    def spot(self, node: ast.AST) -> str:
        """Return where a node starts, in words: `app.py, line 3` or `a.ipynb, cell 2, line 3`."""
        if cell := self.cell_of(node):
            return f"{self.path}, cell {cell['cell']}, line {cell['cell_line']}"
        return f"{self.path}, line {getattr(node, 'lineno', 1)}"

    def location(self, node: ast.AST) -> Location:
        """Return where a node starts; for a notebook, the line of the `.ipynb` file itself."""
        line = getattr(node, "lineno", 1)
        if self.cells:
            cell = next((each for each in reversed(self.cells) if each.first <= line), None)
            raw = cell.raw_lines[line - cell.first :][:1] if cell else ()
            return Location(self.path, raw[0] if raw else None)
        column = self.column(line, getattr(node, "col_offset", 0))
        return Location(self.path, line, column)

    def segment(self, node: ast.AST) -> str:
        """Return the source text of a node; empty if it has no position."""
        line: int | None = getattr(node, "lineno", None)
        end: int | None = getattr(node, "end_lineno", None)
        if line is None or end is None or end > len(self.lines):
            return ""
        first = self.column(line, getattr(node, "col_offset", 0)) - 1
        last = self.column(end, getattr(node, "end_col_offset", 0)) - 1
        if line == end:
            return self.lines[line - 1][first:last]
        between = self.lines[line : end - 1]
        return "\n".join((self.lines[line - 1][first:], *between, self.lines[end - 1][:last]))


def respect_silence(finding: Finding, file: SourceFile, node: ast.AST, code: str) -> Finding:
    """Turn a finding that the app's author has silenced into a skip with the author's reason.

    Args:
        finding: A check's finding at a node.
        file: The file the node is in.
        node: The node that the finding points to; the comment may be on its first or last line.
        code: The check's code.

    Returns:
        The finding itself, or the skip with its location and suppression.
    """
    first = getattr(node, "lineno", 0)
    for line in (first, getattr(node, "end_lineno", None) or first):
        silence = file.silenced.get(line)
        if silence is not None and silence.covers(code):
            reason = silence.reason or "no reason given"
            return Finding(
                Status.SKIP,
                f"silenced in {file.spot(node)}: {reason}",
                evidence=finding.evidence,
                location=file.location(node),
                suppression=Suppression(silence.reason),
            )
    return finding
