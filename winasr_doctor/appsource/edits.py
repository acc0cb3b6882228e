"""Edits the app's source so that only one thing changes and every other character stays.

Each function returns `None` if it cannot guarantee that; the remedy is then left to people.
Notebooks are always left to people.
"""

from __future__ import annotations

import ast
import copy
import re
import tokenize
import warnings
from collections.abc import Callable, Iterable, Iterator

from winasr_doctor.appsource.index import Part
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.findings.actions import EditSource, SourceEdit

_STRING = re.compile(r"""([rRuU]?)("{3}|'{3}|"|')([^"'\\\n]*)\2""")
"""A string literal of one piece and one line, without escapes."""

_LAYOUT = frozenset({tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT})


def replace_string(file: SourceFile, node: ast.AST, text: str) -> EditSource | None:
    """Replace the text of a string literal, keeping its quotes and prefix.

    Args:
        file: The file.
        node: The literal, a string on one line.
        text: The new value: plain characters without quotes or backslashes.
    """
    old = file.segment(node)
    if "\n" in old or not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return None
    try:
        if ast.literal_eval(old) != node.value:  # a part of an f-string, for example
            return None
    except (SyntaxError, ValueError):
        return None
    literal = _STRING.fullmatch(old)
    new = f"{literal[1]}{literal[2]}{text}{literal[2]}" if literal else f'"{text}"'
    if old == new:
        return None
    return replace_node(file, node, new)


def replace_node(file: SourceFile, node: ast.AST, new: str) -> EditSource | None:
    """Replace a node's source text.

    Args:
        file: The file.
        node: The node to replace; it has a position.
        new: Its replacement.
    """
    end_line = getattr(node, "end_lineno", None)
    if end_line is None or file.cells:
        return None
    end = (end_line, file.column(end_line, getattr(node, "end_col_offset", 0)))
    return EditSource((SourceEdit(file.path, _start(file, node), end, file.segment(node), new),))


def add_keyword(file: SourceFile, call: ast.Call, name: str, value: str) -> EditSource | None:
    """Add a keyword argument to a call, laid out like its other arguments.

    Args:
        file: The file.
        call: The call; it does not have this keyword yet.
        name: The keyword.
        value: An expression.
    """
    tokens = None if file.cells else _between_parentheses(file, call)
    if tokens is None:
        return None
    code = [token for token in tokens if token.type not in _LAYOUT]
    last = code[-2]  # code[-1] is the closing parenthesis
    given = f"{name}={value}"
    at = (last.end[0], last.end[1] + 1)
    new = f", {given}"
    if len(code) == 2:  # noqa: PLR2004 - both parentheses and nothing else
        new = given
    elif last.string == ",":
        new = f" {given}"
        after = tokens[tokens.index(last) + 1]
        argument = max(
            (*call.args, *(keyword.value for keyword in call.keywords)),
            key=lambda each: (each.lineno, each.col_offset),
        )
        line = file.lines[argument.lineno - 1]
        if after.type in _LAYOUT:
            at = (last.end[0], len(file.lines[last.end[0] - 1]) + 1)
            new = f"\n{line[: len(line) - len(line.lstrip())]}{given},"
    edit = SourceEdit(file.path, at, at, "", new)

    def extend(changed: ast.Call) -> None:
        expression = ast.parse(value, mode="eval").body
        changed.keywords.append(ast.keyword(name, expression))

    return _if_meant(file, call, edit, extend)


def remove_keyword(file: SourceFile, call: ast.Call, keyword: ast.keyword) -> EditSource | None:
    """Remove a keyword argument from a call without losing a comment.

    Args:
        file: The file.
        call: The call.
        keyword: One of its keywords, written `name=value`.
    """
    tokens = None if file.cells else _between_parentheses(file, call)
    if tokens is None or keyword.arg is None:
        return None
    start = (keyword.lineno, file.column(keyword.lineno, keyword.col_offset) - 1)
    number = call.keywords.index(keyword)
    for removed in _spans(tokens, start):
        (first_line, first), (last_line, last) = removed
        edit = SourceEdit(
            file.path,
            (first_line, first + 1),
            (last_line, last + 1),
            _text_between(file, removed),
            "",
        )
        taken = [t for t in tokens if t.start >= removed[0] and t.end <= removed[1]]
        if any(token.type == tokenize.COMMENT for token in taken):
            continue
        action = _if_meant(file, call, edit, lambda changed: changed.keywords.pop(number))
        if action is not None:
            return action
    return None


def log_exception(file: SourceFile, handler: ast.ExceptHandler, message: str) -> EditSource | None:
    """Log the exception, with its chain, at the start of an `except` block.

    This uses a logger of the module: `logging.exception` would configure the root logger.

    Args:
        file: The file.
        handler: The block.
        message: The message to log: plain characters without quotes.
    """
    if file.cells:
        return None
    first = handler.body[0]
    indent = file.lines[first.lineno - 1][: first.col_offset]
    if first.lineno == handler.lineno or indent.strip() or hasattr(first, "decorator_list"):
        return None
    line = f'{indent}logging.getLogger(__name__).exception("{message}")\n'
    edits = [SourceEdit(file.path, (first.lineno, 1), (first.lineno, 1), "", line)]
    imported = _import_of_logging(file, handler)
    if imported is None:
        return None
    return EditSource((*imported, *edits))


def has_logging(file: SourceFile, handler: ast.ExceptHandler) -> bool:
    """Return whether `logging` is the standard library's module in an `except` block.

    Args:
        file: The file.
        handler: The block.
    """
    return _import_of_logging(file, handler) == ()


def _import_of_logging(
    file: SourceFile, handler: ast.ExceptHandler
) -> tuple[SourceEdit, ...] | None:
    """Return the edit that imports `logging`: empty if already imported, `None` if impossible."""
    bound, stars = _bindings_of_logging(file)
    for statement in _statements(file.index.parsed):
        if isinstance(statement, ast.Import) and any(
            alias.name == "logging" and alias.asname is None for alias in statement.names
        ):
            alone = bound == 1 and statement.lineno < handler.lineno
            return () if alone else None
    if bound or stars:
        return None
    for statement in _statements(file.index.parts):
        docstring = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
        if docstring or future:
            continue
        starts = (node.lineno for node in getattr(statement, "decorator_list", []))
        line = min((statement.lineno, *starts))
        if file.lines[line - 1][: statement.col_offset].strip() or statement.col_offset:
            return None
        return (SourceEdit(file.path, (line, 1), (line, 1), "", "import logging\n"),)
    return None


def _statements(parts: Iterable[Part]) -> Iterator[ast.stmt]:
    return (statement for part in parts for statement in part.statements)


_NAMED = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
    *(ast.ExceptHandler, ast.MatchAs, ast.MatchStar),
)


def _bindings_of_logging(file: SourceFile) -> tuple[int, int]:
    """Return how many nodes of a file bind the name `logging`, and how many import `*`."""
    known: dict[object, tuple[int, int]] = file.worked_out
    if _bindings_of_logging not in known:
        statements = _statements(file.index.about("logging"))
        nodes = [node for statement in statements for node in ast.walk(statement)]
        stars = sum(isinstance(n, ast.alias) and n.name == "*" for n in nodes)
        known[_bindings_of_logging] = sum(map(_binds_logging, nodes)), stars
    return known[_bindings_of_logging]


def _binds_logging(node: ast.AST) -> bool:
    names: Iterable[str | None] = ()
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        names = (node.id,)
    elif isinstance(node, ast.arg):
        names = (node.arg,)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        names = [alias.asname or alias.name.partition(".")[0] for alias in node.names]
    elif isinstance(node, _NAMED):
        names = (node.name,)
    elif isinstance(node, ast.MatchMapping):
        names = (node.rest,)
    return "logging" in names


def _start(file: SourceFile, node: ast.AST) -> tuple[int, int]:
    line = getattr(node, "lineno", 1)
    return line, file.column(line, getattr(node, "col_offset", 0))


def _between_parentheses(file: SourceFile, call: ast.Call) -> list[tokenize.TokenInfo] | None:
    """Return a call's tokens from its opening to its closing parenthesis, both included."""
    end_line, end_offset = call.func.end_lineno, call.func.end_col_offset
    last_line, last_offset = call.end_lineno, call.end_col_offset
    if None in (end_line, end_offset, last_line, last_offset):
        return None
    begin = (end_line or 0, file.column(end_line or 0, end_offset or 0) - 1)
    end = (last_line or 0, file.column(last_line or 0, last_offset or 0) - 1)
    # Start at the parenthesis; the text before it on its line is replaced with blanks.
    lines = iter([" " * begin[1] + file.lines[begin[0] - 1][begin[1] :], *file.lines[begin[0] :]])
    above = begin[0] - 1
    found: list[tokenize.TokenInfo] = []
    try:
        for token in tokenize.generate_tokens(lambda: f"{next(lines)}\n"):
            placed = token._replace(
                start=(token.start[0] + above, token.start[1]),
                end=(token.end[0] + above, token.end[1]),
            )
            if found or placed.string == "(":
                found.append(placed)
            if placed.end >= end:
                break
    except (tokenize.TokenError, SyntaxError):
        return None
    complete = found and found[-1].string == ")" and found[-1].end == end
    return found if complete else None


def _spans(
    tokens: list[tokenize.TokenInfo], start: tuple[int, int]
) -> Iterable[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield what can be removed with the argument that starts here, the tidiest first."""
    code = [token for token in tokens if token.type not in _LAYOUT]
    first = next((n for n, token in enumerate(code) if token.start == start), None)
    if first is None:
        return
    depth = 0
    after = len(code) - 1
    for number in range(first, len(code) - 1):
        text = code[number].string if code[number].type == tokenize.OP else ""
        depth += (text in {"(", "[", "{"}) - (text in {")", "]", "}"})
        if not depth and text == ",":
            after = number
            break
    before, last, closing = code[first - 1], code[after - 1], code[after]
    if before.string == ",":
        yield before.start, last.end
    if closing.string == ",":
        following = code[after + 1]
        if following.start[0] == closing.end[0] or before.end[0] == start[0]:
            yield start, following.start
        yield start, closing.end
    if before.string == "(" and closing.string == ")":
        yield start, last.end


def _text_between(file: SourceFile, span: tuple[tuple[int, int], tuple[int, int]]) -> str:
    (line, first), (end, last) = span
    if line == end:
        return file.lines[line - 1][first:last]
    return "\n".join(
        (file.lines[line - 1][first:], *file.lines[line : end - 1], file.lines[end - 1][:last])
    )


def _if_meant(
    file: SourceFile, call: ast.Call, edit: SourceEdit, change: Callable[[ast.Call], object]
) -> EditSource | None:
    """Return the edit if parsing the result shows exactly the intended change.

    This parses only the smallest complete statement around the call, so that a hundred findings do
    not parse the whole file a hundred times.
    """
    for body, first, last in _around(file, call):
        before = file.lines[first - 1 : last]
        if not _reads_as("\n".join(before), body):
            continue
        wanted = copy.deepcopy(body)
        change(_same_call(wanted, call))
        meant = _reads_as(_edited(before, edit, first), wanted)
        return EditSource((edit,)) if meant else None
    return None


def _around(file: SourceFile, call: ast.Call) -> Iterable[tuple[list[ast.stmt], int, int]]:
    """Yield each statement around a call, the innermost first, then the file; with its lines."""
    node: ast.AST | None = call
    while node is not None:
        if isinstance(node, ast.stmt):
            yield [node], node.lineno, node.end_lineno or node.lineno
        node = file.parent_of(node)
    yield file.tree.body, 1, len(file.lines)


def _reads_as(text: str, body: list[ast.stmt]) -> bool:
    """Return whether a text, possibly indented, consists of exactly these statements."""
    indented = text[:1].isspace()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read = ast.parse(f"if 1:\n{text}" if indented else text).body
    except (SyntaxError, ValueError, RecursionError):
        return False
    if indented and read and isinstance(read[0], ast.If):
        read = read[0].body
    return list(map(ast.dump, read)) == list(map(ast.dump, body))


def _same_call(body: list[ast.stmt], call: ast.Call) -> ast.Call:
    """Return the call's counterpart in a copy of the statements around it."""
    text = ast.dump(call)
    return next(
        node
        for statement in body
        for node in ast.walk(statement)
        if isinstance(node, ast.Call)
        and (node.lineno, node.col_offset) == (call.lineno, call.col_offset)
        and ast.dump(node) == text
    )


def _edited(lines: list[str], edit: SourceEdit, first: int) -> str:
    """Return lines with an edit applied; `first` is the number of the first line."""
    (line, column), (end, last) = edit.start, edit.end
    head = "\n".join((*lines[: line - first], lines[line - first][: column - 1]))
    tail = "\n".join((lines[end - first][last - 1 :], *lines[end - first + 1 :]))
    return head + edit.new + tail
