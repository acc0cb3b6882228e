"""Indexes a file: as a whole, or in a large app only the parts that somebody asks for."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from winasr_doctor.appsource.chunks import Chunk, members, split, without
from winasr_doctor.appsource.index import Definition, Part, Scope
from winasr_doctor.appsource.names import parents_of

if TYPE_CHECKING:
    from winasr_doctor.appsource.source_file import SourceFile

_IMPORTS = re.compile(r"[\n;:]\s*(?:from|import)\b")
_GLOBAL = re.compile(r"[\n;:]\s*global\b")
"""A function with this statement may bind names of the module."""


class LatePart(Part):
    """A function or class; until it is parsed, it stands for its own definition.

    The methods of a large class are such parts as well.

    Args:
        home: The scope that it is in: the module or a class.
        module: The outermost scope.
        inner: The scope inside a class or function, for the whole file.
        chunk: Its text.
    """

    def __init__(
        self, home: Scope, module: Scope, inner: dict[ast.AST, Scope], chunk: Chunk
    ) -> None:
        super().__init__(module, inner, home)
        self.chunk = chunk
        self.is_parsed = False
        self.members: list[LatePart] = []
        self._within: dict[str, tuple[Part, ...]] = {}
        home.bind(chunk.name, self)
        text = self.file.keep_text()
        if text.find("global", chunk.start, chunk.end) >= 0 and _GLOBAL.search(
            text, chunk.start, chunk.end
        ):
            self.parse()

    def parse(self) -> Definition | None:
        """Parse it if that has not been done; return its definition, unless it is broken."""
        bindings = self.home.bindings[self.chunk.name]
        if not self.is_parsed:
            self.is_parsed = True
            count = len(bindings)
            inside = members(self.file.keep_text(), self.chunk)
            frame = self._frame(inside[0].start) if inside else []
            self.add(frame or self.file.parse_chunk(self.chunk))
            place, added = bindings.index(self), bindings[count:]
            bindings[count:] = ()
            bindings[place : place + 1] = added
            for chunk in inside if frame else ():
                scope = self.inner[frame[0]]
                self.members.append(LatePart(scope, self.module, self.inner, chunk))
        definitions = (each for each in bindings if isinstance(each, Definition))
        return next((each for each in definitions if each.node in self.statements), None)

    def is_about(self, matters: Callable[[int, int], bool]) -> bool:
        """Return whether it is parsed, which happens if its text matters."""
        if not self.is_parsed and matters(self.chunk.start, self.chunk.end):
            self.parse()
        return self.is_parsed

    def _frame(self, end: int) -> list[ast.stmt]:
        """Return a class without its methods."""
        text = self.file.keep_text()[self.chunk.start : end]
        found = self.file.parse_block(self.chunk, f"{text}    pass\n")
        if len(found) != 1 or not isinstance(found[0], ast.ClassDef):
            return []
        return found if isinstance(found[0].body.pop(), ast.Pass) else []

    def within(self, name: str) -> Sequence[Part]:
        """Return the part, and at least the methods in it whose text contains a name."""
        if name not in self._within:
            text = self.file.keep_text()
            found = [m for m in self.members if text.find(name, m.chunk.start, m.chunk.end) >= 0]
            for member in found:
                member.parse()
            self._within[name] = (self, *found)
        return self._within[name]

    def complete(self) -> None:
        """Put the methods, which are parsed, into the class."""
        methods = [statement for member in self.members for statement in member.statements]
        (node,) = self.statements
        if methods and isinstance(node, ast.ClassDef) and methods[0] not in node.body:
            node.body += methods
            node.end_lineno = methods[-1].end_lineno
            node.end_col_offset = methods[-1].end_col_offset

    def clear(self) -> None:
        """Break the cycles between scopes and bindings, so that the tree can be freed."""
        super().clear()
        for member in self.members:
            member.clear()
        self.members.clear()
        self._within.clear()


class FileIndex:
    """The calls, dict displays, stores and scopes of one file.

    In a large app, an outermost function or class is parsed when something in it is asked for.

    Args:
        file: The file.

    Attributes:
        module: The outermost scope.
        inner: The scope inside each class or function that is parsed.
    """

    def __init__(self, file: SourceFile) -> None:
        self.file = file
        self.inner: dict[ast.AST, Scope] = {}
        self._text = file.keep_text()
        chunks = split(self._text) if file.may_be_split else ()
        tree = file.parse_part(without(self._text, chunks)) if chunks else None
        if tree is None:
            chunks, tree = (), file.tree
        self.module = Scope(tree, None, file)
        self._every = tuple(self._arranged(tree, chunks))
        self._parents: dict[ast.AST, ast.AST] = {}

    def _arranged(self, tree: ast.Module, chunks: Sequence[Chunk]) -> Iterator[Part]:
        """Yield all parts in their order; those that may bind names of the module are parsed."""
        place = 0
        for chunk in chunks:
            before = place
            while place < len(tree.body) and tree.body[place].lineno < chunk.line:
                place += 1
            yield self._filled(tree.body[before:place])
            yield LatePart(self.module, self.module, self.inner, chunk)
        yield self._filled(tree.body[place:])

    def _filled(self, statements: Iterable[ast.stmt]) -> Part:
        part = Part(self.module, self.inner)
        part.add(statements)
        return part

    def about(self, *texts: str) -> Iterator[Part]:
        """Yield at least the parts that contain one of these texts, in their order."""
        if not all(map(str.isascii, texts)):  # Python has other spellings of such a name
            return self.parts
        find = self._text.find
        return self._where(lambda start, end: any(find(t, start, end) >= 0 for t in texts))

    def matching(self, pattern: re.Pattern[str]) -> Iterator[Part]:
        """Yield at least the parts in which a pattern is found, in their order."""
        text = self._text
        return self._where(lambda start, end: pattern.search(text, start, end) is not None)

    def where(self, matters: Callable[[str], bool]) -> Iterator[Part]:
        """Yield at least the parts whose text matters, in their order."""
        text = self._text
        return self._where(lambda start, end: matters(text[start:end]))

    def _where(self, matters: Callable[[int, int], bool]) -> Iterator[Part]:
        for part in self._every:
            if not isinstance(part, LatePart):
                yield part
            elif part.is_about(matters):
                yield part
                yield from (member for member in part.members if member.is_about(matters))

    @property
    def parsed(self) -> Iterator[Part]:
        """The parts that are parsed, which include any part of which something is known."""
        return self._where(lambda _start, _end: False)

    @property
    def importing(self) -> Iterator[Part]:
        """The parts that may import something."""
        return self.matching(_IMPORTS)

    @property
    def parts(self) -> Iterator[Part]:
        """All parts, which are parsed for that."""
        return self._where(lambda _start, _end: True)

    @property
    def calls(self) -> Iterator[tuple[ast.Call, Scope]]:
        """Every call with its scope, in source order."""
        return chain.from_iterable(part.calls for part in self.parts)

    def nodes_of(self, parts: Iterable[Part]) -> Iterator[ast.AST]:
        """Yield at least the nodes of some parts, outer ones first."""
        if self.file.is_whole:
            yield from self.file.parents
            return
        for part in parts:
            for statement in part.statements:
                found = parents_of(part.home.node, (statement,))
                self._parents.update(found)
                yield from found

    @property
    def dicts(self) -> Iterator[tuple[ast.Dict, Scope]]:
        """Every dict display with its scope, in source order."""
        return chain.from_iterable(part.dicts for part in self.parts)

    @property
    def stores(self) -> Iterator[tuple[ast.Attribute | ast.Subscript, ast.expr, Scope]]:
        """Assignments to `x.name` and `x["name"]`: target, value, scope."""
        return chain.from_iterable(part.stores for part in self.parts)

    @property
    def scopes(self) -> Iterator[Scope]:
        """Every scope, the module first."""
        return chain((self.module,), chain.from_iterable(part.scopes for part in self.parts))

    def whole(self) -> ast.Module:
        """Return the tree of the whole file."""
        parts = [part for part in self.parts if part.home is self.module]
        for part in parts:
            if isinstance(part, LatePart) and part.members:
                part.complete()
        body = [statement for part in parts for statement in part.statements]
        tree = self.file.outermost
        tree.body = body
        return tree

    def parent_of(self, node: ast.AST) -> ast.AST | None:
        """Return the node around one that is parsed; `None` for the module."""
        if node not in self._parents and node is not self.module.node:
            line = getattr(node, "lineno", 0)
            for part in self.parsed:
                for statement in part.statements:
                    if line <= (statement.end_lineno or line) and statement not in self._parents:
                        self._parents.update(parents_of(part.home.node, (statement,)))
                        if node in self._parents:
                            return self._parents[node]
        return self._parents.get(node)

    def clear(self) -> None:
        """Break the cycles between scopes and bindings, so that the tree can be freed."""
        for part in self._every:
            part.clear()
        self.module.bindings.clear()
        self.module.returns.clear()
        self.inner.clear()
        self._every = ()
