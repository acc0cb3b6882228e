"""Finds every model revision in the app: in calls, dict entries and names, and in the pins."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from winasr_doctor.appsource.constants import Constants
from winasr_doctor.appsource.index import Augmented, Binding, Parameter, Part, Scope, Value
from winasr_doctor.appsource.inferred_values import Literal
from winasr_doctor.appsource.pins import GIVEN, is_repo_id
from winasr_doctor.appsource.syntax import last_name, option_name, stored_name, text_of
from winasr_doctor.frameworks.nemo.idioms import is_spelled_like_one, takes_no_revision

if TYPE_CHECKING:
    from winasr_doctor.appsource.application import Application
    from winasr_doctor.appsource.source_file import SourceFile

_NAME = re.compile(r"(?i)(?:^|_)(?:revision|commit_hash)$")
"""Names of settings that hold a revision: `revision`, `CANARY_PINNED_REVISION`, `commit_hash`."""

_OTHER_REVISIONS = re.compile(
    r"(?i)(?:^|_)(?:alembic|api|app|build|db|database|docs?|down|git|hg|protocol|schema|source|svn)"
    r"_(?:revision|commit_hash)$"
)
"""Revisions of other things; they count as a model's only if a call loads with them."""

_MENTIONED = ("revision", "commit_hash")
_MATTERS = re.compile(r"(?i)revision|commit_hash|\*\*")
"""What a part of such a file needs to give one; a call may pass it with `**`."""

_LOADING = re.compile(r"from_pretrained[\s\\]*\(")
_PART = re.compile(
    r"""(?P<skipped>#[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|[()]"""
    r"""|(?P<given>\*\*|revision|commit_hash|["'])""",
    re.IGNORECASE,
)
"""Comments, strings, parentheses, and what a call needs to pass a revision. A quotation mark that
ends in another line counts as that, so that no call is overlooked."""

REPOSITORY_NAMES = (
    "repo_id",
    "repo",
    "model_id",
    "pretrained_model_name_or_path",
    "model_name_or_path",
    "model_name",
    "model",
    "name",
)
"""Keywords and dict keys that name the repository, the surest first."""

_STRANGERS = frozenset({"alembic", "git", "pygit2", "sqlalchemy", "svn"})
"""Packages whose `revision=` is not a model's."""

_MOST_REPOSITORIES = 8


@dataclass(frozen=True, slots=True)
class RevisionUse:
    """One revision, written at one place.

    Attributes:
        revision: The text itself.
        literal: Where it is written; `None` for a pin.
        repo_ids: The repositories it is used with, if known.
        used_at: Where it is used, as `file:line`, unless that is the literal itself.
        where: For a pin, a phrase that says where it was given.
    """

    revision: str
    literal: Literal | None = None
    repo_ids: tuple[str, ...] = ()
    used_at: tuple[str, ...] = ()
    where: str = GIVEN


class RefusedRevision(NamedTuple):
    """A call of a NeMo `from_pretrained` that passes a revision, which NeMo does not accept."""

    call: ast.Call
    file: SourceFile
    keyword: ast.keyword
    """The `revision=...`, or the `**settings` that contain one."""
    callee: str
    """The full dotted name."""
    revisions: tuple[Literal, ...]
    repo_ids: tuple[str, ...]


class _Found:
    """What has been collected about one literal."""

    def __init__(self, literal: Literal) -> None:
        self.literal = literal
        self.beside: dict[str, None] = {}
        """Repositories named beside the literal or beside the name it is bound to."""
        self.called: dict[str, None] = {}
        """Repositories named in calls that may be given several revisions."""
        self.used_at: dict[str, None] = {}


def find_revisions(app: Application) -> tuple[RevisionUse, ...]:
    """Return every model revision of an app, each literal once, in the order of the files.

    Args:
        app: The app's source and pins.
    """
    found: dict[tuple[str, int, int], _Found] = {}
    for file in app.words.files_containing(*_MENTIONED, fold=True):
        for literals, expr, beside, called in _uses(file, app.constants):
            for literal in literals:
                _note(found, literal, file, expr, beside, called)
            app.relieve(file)
    order = {file.path: number for number, file in enumerate(app.files)}
    places = sorted(found, key=lambda place: (order[place[0]], *place[1:]))
    pins = (
        RevisionUse(pin.revision, None, (pin.repo_id,) if pin.repo_id else (), where=pin.where)
        for pin in app.pins
    )
    return (*(_use(found[place]) for place in places), *dict.fromkeys(pins))


def is_mentioned(file: SourceFile) -> bool:
    """Return quickly whether a file can use a revision at all."""
    text = file.text.lower()
    return any(word in text for word in _MENTIONED)


def find_refused_revisions(app: Application) -> Iterator[RefusedRevision]:
    """Yield the calls of a NeMo `from_pretrained` that pass a revision.

    Args:
        app: The app's source.
    """
    naming = ("nemo", "ASRModel", "EncDec")
    if not app.words.files_containing(*naming):
        return
    for file in app.words.files_with("from_pretrained"):
        if not may_give_a_revision(file.text):
            continue
        parts = file.index.about("from_pretrained")
        for call, scope in (each for part in parts for each in part.calls):
            callee = None
            if any(item.arg is None or _NAME.search(item.arg) for item in call.keywords):
                callee = loader_without_revision(call, scope, app.constants)
            if callee is None:
                continue
            for keyword, literals in _given_revisions(call, scope, app.constants):
                repo_ids = _repositories(call, scope, app.constants)
                yield RefusedRevision(call, file, keyword, callee, literals, repo_ids)
        app.relieve()


def may_give_a_revision(text: str) -> bool:
    """Return quickly whether a call of `from_pretrained` in a file may pass a revision.

    Most such calls are examples in docstrings and pass none.

    Args:
        text: The source.
    """
    for call in _LOADING.finditer(text):
        depth = 1
        for part in _PART.finditer(text, call.end()):
            if part["given"]:
                return True
            depth += (part[0] == "(") - (part[0] == ")")
            if depth == 0:
                break
    return False


def loader_without_revision(call: ast.Call, scope: Scope, constants: Constants) -> str | None:
    """Return the dotted name of a call to a NeMo `from_pretrained` without a `revision`."""
    func = call.func
    if not isinstance(func, ast.Attribute) or func.attr != "from_pretrained":
        return None
    names = [*constants.imported_names(func.value, scope)]
    for own in constants.classes(func.value, scope):  # class MyModel(ASRModel)
        for base in own.node.bases:
            names.extend(constants.imported_names(base, own.scope.parent or own.scope))
    if names:
        return next((name for name in names if takes_no_revision(name)), None)
    spelled = ast.unparse(func.value)
    # Its import is not visible: a notebook export, a star import, a part of an app.
    known = is_spelled_like_one(spelled)
    bound = any(spelled.partition(".")[0] in around.bindings for around in scope.enclosing())
    return spelled if known and not bound else None


def _given_revisions(
    call: ast.Call, scope: Scope, constants: Constants
) -> Iterator[tuple[ast.keyword, tuple[Literal, ...]]]:
    for keyword in call.keywords:
        if keyword.arg is not None and _NAME.search(keyword.arg):
            yield keyword, _texts(constants.literals(keyword.value, scope))
        elif keyword.arg is None:
            literals = _texts(constants.entry(keyword.value, scope, "revision", guess=False))
            if literals:
                yield keyword, literals


_Use = tuple[Iterable[Literal], ast.AST, Iterable[str], Iterable[str]]
"""Literals, where they are used, repositories beside them, repositories of the call."""


def _uses(file: SourceFile, constants: Constants) -> Iterator[_Use]:
    if not is_mentioned(file):
        return
    parts = tuple(file.index.matching(_MATTERS))
    yield from _named(file, parts, constants)
    yield from _entries(parts, constants)
    yield from _stores(parts, constants)
    yield from _calls(parts, constants)


def _named(file: SourceFile, parts: Sequence[Part], constants: Constants) -> Iterator[_Use]:
    """Find `CANARY_REVISION = "..."`, class attributes and defaults of parameters."""
    migration = "down_revision" in file.index.module.bindings  # written by alembic
    for scope in (file.index.module, *(scope for part in parts for scope in part.scopes)):
        for name, bindings in tuple(scope.bindings.items()):
            if not _is_revision(name) or (migration and scope is file.index.module):
                continue
            beside: list[str] | None = None
            extended = any(isinstance(binding, Augmented) for binding in bindings)
            for binding in bindings:
                expr = _given(binding)
                if expr is not None:
                    # `REVISION = "2399591"; REVISION += "399e4"` is one revision, not two.
                    whole = constants.named(name, scope) if extended else None
                    around = scope if isinstance(binding, Value) else scope.parent or scope
                    literals = constants.literals(expr, around) if whole is None else whole
                    texts = _texts(literals)
                    if texts and beside is None:
                        beside = _named_repositories(name, scope, constants)
                    yield texts, expr, beside or (), ()


def _given(binding: Binding) -> ast.expr | None:
    """Return the value of a name: the one assigned, or the parameter's default."""
    if isinstance(binding, Value) and not binding.iterated and not binding.path:
        return binding.expr
    return binding.default if isinstance(binding, Parameter) else None


def _named_repositories(name: str, scope: Scope, constants: Constants) -> list[str]:
    """Return the repository from `CANARY_REPO` for `CANARY_PINNED_REVISION`."""
    head = re.sub(r"(?i)(?:pinned_|model_|hf_|hub_)*(?:revision|commit_hash)$", "", name)
    wanted = {f"{head}{tail}".lower() for tail in (*REPOSITORY_NAMES, "hf_repo", "model_repo")}
    return _repository_ids(
        literal
        for other in scope.bindings
        if other.lower() in wanted
        for literal in constants.named(other, scope)
    )


def _entries(parts: Sequence[Part], constants: Constants) -> Iterator[_Use]:
    """Find `{"revision": "..."}`."""
    for display, scope in (each for part in parts for each in part.dicts):
        entries = list(zip(display.keys, display.values, strict=True))
        for key, value in entries:
            if _is_revision(text_of(key)):
                named = {text_of(other): (expr, scope) for other, expr in entries}
                literals = _texts(constants.literals(value, scope))
                yield literals, value, _first_repositories(named, constants), ()


def _stores(parts: Sequence[Part], constants: Constants) -> Iterator[_Use]:
    """Find `self.revision = "..."` and `settings["revision"] = "..."`."""
    for target, value, scope in (each for part in parts for each in part.stores):
        if _is_revision(stored_name(target)):
            yield _texts(constants.literals(value, scope)), value, (), ()


def _calls(parts: Sequence[Part], constants: Constants) -> Iterator[_Use]:
    """Find `load(revision=...)`, `load(**settings)`, `get("revision", "...")`, options."""
    for call, scope in (each for part in parts for each in part.calls):
        for default in _defaults(call):
            yield _texts(constants.literals(default, scope)), default, (), ()
        for keyword, literals in _given_revisions(call, scope, constants):
            if literals and not _is_stranger(call, scope, constants):
                # code_revision, in transformers, is about the repository of the code.
                of_code = bool(keyword.arg and keyword.arg.startswith("code_"))
                repositories = () if of_code else _repositories(call, scope, constants)
                # If there are several revisions and repositories, nothing says which go together.
                paired = len(literals) == 1 or len(repositories) == 1
                yield literals, keyword.value, (), repositories if paired else ()


def _defaults(call: ast.Call) -> Iterator[ast.expr]:
    """Yield the default of `get("revision", ...)` or of a command-line option."""
    if last_name(call.func) in {"get", "getenv", "pop", "setdefault"}:
        if call.args and _is_revision(text_of(call.args[0])):
            yield from call.args[1:2]
    elif _is_revision(option_name(call)):
        yield from (keyword.value for keyword in call.keywords if keyword.arg == "default")


def _is_stranger(call: ast.Call, scope: Scope, constants: Constants) -> bool:
    names = constants.imported_names(call.func, scope)
    return any(name.partition(".")[0] in _STRANGERS for name in names)


def _is_revision(name: str | None) -> bool:
    return bool(name and _NAME.search(name) and not _OTHER_REVISIONS.search(name))


def _repositories(call: ast.Call, scope: Scope, constants: Constants) -> tuple[str, ...]:
    """Return the repositories of a call: from a keyword, else from the first argument."""
    named: dict[str | None, tuple[ast.expr, Scope]] = {
        keyword.arg: (keyword.value, scope) for keyword in call.keywords if keyword.arg
    }
    found = _first_repositories(named, constants)
    if not found and call.args:
        found = _repository_ids(constants.literals(call.args[0], scope))
    for keyword in call.keywords:
        if not found and keyword.arg is None:
            for name in REPOSITORY_NAMES:
                entries = constants.entry(keyword.value, scope, name, guess=False)
                found = found or _repository_ids(entries)
    return tuple(found)


def _first_repositories(
    named: dict[str | None, tuple[ast.expr, Scope]], constants: Constants
) -> list[str]:
    for name in REPOSITORY_NAMES:
        if name in named:
            found = _repository_ids(constants.literals(*named[name]))
            if found:
                return found
    return []


def _repository_ids(literals: Iterable[Literal]) -> list[str]:
    values = (literal.value for literal in literals)
    ids = dict.fromkeys(v for v in values if isinstance(v, str) and is_repo_id(v))
    return list(ids)[:_MOST_REPOSITORIES]


def _texts(literals: Iterable[Literal]) -> tuple[Literal, ...]:
    return tuple(literal for literal in literals if isinstance(literal.value, str))


def _note(
    found: dict[tuple[str, int, int], _Found],
    literal: Literal,
    file: SourceFile,
    used: ast.AST,
    beside: Iterable[str],
    called: Iterable[str],
) -> None:
    place = (literal.file.path, literal.node.lineno, literal.node.col_offset)
    entry = found.setdefault(place, _Found(literal))
    entry.beside.update(dict.fromkeys(beside))
    entry.called.update(dict.fromkeys(called))
    line = getattr(used, "lineno", 1)
    if (file.path, line) != place[:2]:
        entry.used_at[f"{file.path}:{line}"] = None


def _use(found: _Found) -> RevisionUse:
    repositories = found.beside or found.called
    return RevisionUse(
        revision=str(found.literal.value),
        literal=found.literal,
        repo_ids=tuple(repositories)[:_MOST_REPOSITORIES],
        used_at=tuple(found.used_at)[:_MOST_REPOSITORIES],
    )
