"""Recognises syntax of a newer Python when this one reports a syntax error.

Sources: CPython, "What's New In Python" 3.11 to 3.15; PEP 646, 654, 695, 696, 701, 750, 758, 798
and 810.
"""

from __future__ import annotations

import io
import re
import sys
import tokenize
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice, pairwise
from tokenize import TokenInfo
from typing import NamedTuple

from winasr_doctor.appsource.limits import LONG_LINE, MAX_TOKENS

_LONGEST_STATEMENT = 2_000
"""The most tokens to examine: a statement is matched against every pattern."""

_Tokens = Sequence[TokenInfo]


class NewerSyntax(NamedTuple):
    """Syntax in a file that an older Python cannot parse.

    Attributes:
        python: The oldest Python that parses all of it, such as `(3, 12)`.
        line: The line of the part that this Python reports.
        feature: The name of the syntax, as part of a sentence.
    """

    python: tuple[int, int]
    line: int
    feature: str

    @property
    def version(self) -> str:
        """The Python as text: `3.12`."""
        return "{}.{}".format(*self.python)


def needed_python(
    text: str, error: SyntaxError, running: tuple[int, int] = sys.version_info[:2]
) -> NewerSyntax | None:
    """Return the Python that a file was written for, if that is why this one cannot parse it.

    The statement that the error points to must use newer syntax; then the rest of the file is
    searched as well.

    Args:
        text: The source.
        error: The parser's exception.
        running: The version of Python that raised it.

    Returns:
        The newer syntax; `None` if the error is not known to come from a newer Python's syntax.
    """
    if max(map(len, text.split("\n"))) > LONG_LINE:
        return None
    found = [
        (first <= (error.lineno or 0) <= last, syntax)
        for first, last, syntax in _newer(text, running)
    ]
    here = next((syntax for is_here, syntax in found if is_here), None)
    if here is None:
        return None
    return here._replace(python=max(syntax.python for _, syntax in found))


def _newer(text: str, running: tuple[int, int]) -> Iterator[tuple[int, int, NewerSyntax]]:
    """Yield every statement with newer syntax: its first and last line, and the syntax."""
    for statement in _statements(text):
        last = statement[-1].end[0]
        for python, feature, find in _FEATURES:
            token = find(statement) if python > running else None
            if token is not None:
                yield statement[0].start[0], last, NewerSyntax(python, token.start[0], feature)


def _statements(text: str) -> Iterator[_Tokens]:
    """Yield the tokens of each logical line, as far as the tokenizer gets."""
    statement: list[TokenInfo] = []
    left_out = {tokenize.INDENT, tokenize.DEDENT, tokenize.NL, tokenize.COMMENT}
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    with suppress(tokenize.TokenError, SyntaxError):
        for token in islice(tokens, MAX_TOKENS):
            if token.type == tokenize.NEWLINE:
                if statement:
                    yield statement[:_LONGEST_STATEMENT]
                statement = []
            elif token.type not in left_out:
                statement.append(token)
    if statement:
        yield statement[:_LONGEST_STATEMENT]


def _words(statement: _Tokens, *, count: int = 4) -> tuple[str, ...]:
    return tuple(token.string for token in statement[:count])


def _lazy_import(statement: _Tokens) -> TokenInfo | None:
    return statement[0] if _words(statement)[:2] in _LAZY else None


_LAZY = {("lazy", "import"), ("lazy", "from")}


def _type_statement(statement: _Tokens) -> TokenInfo | None:
    words = _words(statement)
    is_one = words[:1] == ("type",) and words[1:2] and words[1].isidentifier()
    return statement[0] if is_one and words[2:3] in {("=",), ("[",)} else None


def _parameters(statement: _Tokens) -> _Tokens:
    """Return the tokens of a type parameter list from its `[` on; empty if there is none."""
    skipped = 1 if _words(statement)[:1] == ("async",) else 0
    words = _words(statement, count=4)[skipped:]
    if words[:1] in {("def",), ("class",), ("type",)} and words[2:3] == ("[",):
        return statement[skipped + 2 :]
    return ()


def _type_parameters(statement: _Tokens) -> TokenInfo | None:
    inside = _parameters(statement)
    return inside[0] if inside else None


def _type_default(statement: _Tokens) -> TokenInfo | None:
    inside = _parameters(statement)
    for depth, token in _depths(inside):
        if depth == 0:
            return None
        if depth == 1 and token.string == "=":
            return token
    return None


def _depths(tokens: _Tokens) -> Iterator[tuple[int, TokenInfo]]:
    """Yield each token with the number of brackets that are open after it."""
    depth = 0
    for token in tokens:
        if token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
        yield depth, token


def _except_star(statement: _Tokens) -> TokenInfo | None:
    return statement[0] if _words(statement)[:2] == ("except", "*") else None


def _except_without_parentheses(statement: _Tokens) -> TokenInfo | None:
    """Find `except A, B:`, but not Python 2's `except A, error:`."""
    if _words(statement)[:1] != ("except",):
        return None
    last = ""
    commas = 0
    for depth, token in _depths(statement):
        if depth == 0 and token.string in {":", "as"}:
            break
        commas += depth == 0 and token.string == ","
        if token.type == tokenize.NAME:
            last = token.string
    return statement[0] if commas and last[:1].isupper() else None


def _star_in_subscript(statement: _Tokens) -> TokenInfo | None:
    for before, bracket, star in zip(statement, statement[1:], statement[2:], strict=False):
        is_value = before.type == tokenize.NAME or before.string in {")", "]"}
        if is_value and bracket.string == "[" and star.string == "*":
            return star if before.end == bracket.start else None
    return None


def _star_annotation(statement: _Tokens) -> TokenInfo | None:
    words = _words(statement, count=len(statement))
    for number in range(len(words) - 3):
        first, _, colon, star = words[number : number + 4]
        if (first, colon, star) == ("*", ":", "*") and words[0] in {"def", "async"}:
            return statement[number]
    return None


def _unpacked_in_comprehension(statement: _Tokens) -> TokenInfo | None:
    """Find `[*part for ...]` and `{**part for ...}`."""
    open_: list[TokenInfo | None] = []
    for before, token in pairwise(statement):
        if before.type == tokenize.OP and before.string in "([{":
            open_.append(token if token.string in {"*", "**"} else None)
        if not open_:
            continue
        if token.string == "," and token.type == tokenize.OP:
            open_[-1] = None
        elif token.string == "for" and open_[-1] is not None:
            return open_[-1]
        elif token.type == tokenize.OP and token.string in ")]}":
            open_.pop()
    return None


_TEMPLATE_START = getattr(tokenize, "TSTRING_START", -1)
_TEMPLATE = re.compile(r"[rR]?[tT][rR]?")
_FSTRING = re.compile(r"[rR]?[fF][rR]?")


def _template(statement: _Tokens) -> TokenInfo | None:
    """Find `t"..."`, which older Pythons read as a name and a string."""
    for token in statement:
        if token.type == _TEMPLATE_START:
            return token
    for name, string in pairwise(statement):
        adjacent = name.end == string.start and _is_string(string)
        if adjacent and name.type == tokenize.NAME and _TEMPLATE.fullmatch(name.string):
            return name
    return None


def _is_string(token: TokenInfo) -> bool:
    opens = token.string[:1] in {"'", '"'}
    return opens and token.type in {tokenize.STRING, tokenize.ERRORTOKEN, tokenize.OP}


def _free_fstring(statement: _Tokens) -> TokenInfo | None:
    """Find what only Python 3.12 and later allow in a field: the same quotes, backslashes, `#`."""
    closing = max((n for n, token in enumerate(statement) if "}" in token.string), default=-1)
    for number, token in enumerate(statement):
        if token.type == tokenize.STRING and _FSTRING.match(token.string):
            fields = _fields(token.string)
            if fields is None:  # it ends inside a field: at a quote that was meant as part of it
                if closing > number:
                    return token
            elif "\\" in fields or "#" in _without_strings(fields):
                return token
        elif (
            closing > number
            and _FSTRING.fullmatch(token.string)
            and _ends_inside_field(statement[number + 1 : closing + 1])
        ):
            return token
    return None


def _ends_inside_field(rest: _Tokens) -> bool:
    """Return whether a line ends inside a field that a later line closes.

    For older Pythons the quote is an error, and what follows is code.
    """
    quote = rest[0]
    if quote.type != tokenize.ERRORTOKEN or quote.string not in {"'", '"'}:
        return False
    braces = [token.string for token in rest if token.start[0] == quote.start[0]]
    return braces.count("{") > braces.count("}") and rest[-1].start[0] > quote.start[0]


def _fields(literal: str) -> str | None:
    """Return the text in the fields of an f-string; `None` if it ends inside one."""
    depth = 0
    inside: list[str] = []
    for part in _PARTS.findall(literal):
        if part == "{":
            depth += 1
        elif part == "}":
            depth = max(depth - 1, 0)
        elif part == "{{":
            depth += 2 * (depth > 0)  # outside a field it stands for a brace
        elif depth:
            inside.append(part)
    return None if depth else "".join(inside)


_PARTS = re.compile(r"\{\{|[{}]|[^{}]+")


def _without_strings(text: str) -> str:
    return re.sub(r"'[^']*'|\"[^\"]*\"", "", text)


_FEATURES: tuple[tuple[tuple[int, int], str, Callable[[_Tokens], TokenInfo | None]], ...] = (
    ((3, 11), "`except*`", _except_star),
    ((3, 11), "an unpacked value in a subscript", _star_in_subscript),
    ((3, 11), "an unpacked annotation", _star_annotation),
    ((3, 12), "a `type` statement", _type_statement),
    ((3, 12), "type parameters", _type_parameters),
    ((3, 12), "quotes, a backslash or a line end inside an f-string's field", _free_fstring),
    ((3, 13), "a default of a type parameter", _type_default),
    ((3, 14), "a t-string", _template),
    ((3, 14), "`except` with several types without parentheses", _except_without_parentheses),
    ((3, 15), "a lazy import", _lazy_import),
    ((3, 15), "unpacking in a comprehension", _unpacked_in_comprehension),
)
"""The first Python with each feature, its name, and what finds it in a statement."""
