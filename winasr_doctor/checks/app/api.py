"""APP012: names and arguments that NeMo does not have."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import last_name
from winasr_doctor.checks.app.common import edit, found, keyword, over_app
from winasr_doctor.checks.app.speech import Work, speech_of
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, Step, error, warning
from winasr_doctor.frameworks.nemo import api, idioms
from winasr_doctor.frameworks.nemo.names import PACKAGE
from winasr_doctor.machine.base import Machine, NotApplicable, Unreadable

if TYPE_CHECKING:
    from winasr_doctor.appsource.call_sites import Site

CODE = "APP012"
_DOWNLOADS = ("huggingface_hub.snapshot_download", "huggingface_hub.hf_hub_download")
_RENAMED = re.compile(r"models(?:\s+as\b|\s*\\)")
_TAKEN = re.compile(r"models(?:(?<=\basr\.models)\s+import\s*(?:\([^)]*\)|[^\n]*)|\s*\.\w+)")
_CLASS = re.compile(r"\b[A-Z]\w*")
_JOINS = frozenset({"os.path.join", "os.path.abspath", "os.path.expanduser", "os.getcwd"})


def _look(installed: int | None, app: Application) -> Iterator[Finding]:
    speech = speech_of(app)
    naming = set(speech.naming_nemo)
    for word in api.ASR_MODELS.split("."):
        naming.intersection_update(app.words.files_with(word))
    for file in app.files:
        if file in naming and _may_name_others(file.text):
            yield from _missing_models(installed, file)
        yield from _wrong_arguments(installed, app, file)
        app.relieve()


def _wrong_arguments(
    installed: int | None, app: Application, file: SourceFile
) -> Iterator[Finding]:
    speech = speech_of(app)
    for site in speech.within(file, Work.RUN):
        if speech.is_direct(site.call) and last_name(site.call.func) == "transcribe":
            yield from _removed_arguments(installed, site)
    for site in speech.within(file, Work.LOAD):
        if last_name(site.call.func) == "from_pretrained" and speech.is_direct(site.call):
            yield from _local_paths(app, site)


def _removed_arguments(installed: int | None, site: Site) -> Iterator[Finding]:
    if installed == 1:
        return
    for item in site.call.keywords:
        new = api.REMOVED_ARGUMENTS.get(item.arg or "")
        if new is None:
            continue
        old = f"{item.arg}={site.file.segment(item.value)}"
        value = site.file.segment(item.value) if new == "audio" else "True"
        what = f"transcribe() has no argument {item.arg!r} since NeMo 2: it raises TypeError"
        remedy = edit(site.file, item, "Use the present name", old, f"{new}={value}")
        yield found(error, CODE, site.file, site.call, what, [remedy])


def _local_paths(app: Application, site: Site) -> Iterator[Finding]:
    given = keyword(site.call, "model_name") or (site.call.args[0] if site.call.args else None)
    owner = getattr(site.call.func, "value", None)
    origins = app.calls.origins(owner, site.scope) if owner is not None else frozenset()
    if given is None or not _takes_only_names(origins):
        return
    if _is_local(app, site, given):
        segment = site.file.segment(given)
        yield found(
            error,
            CODE,
            site.file,
            site.call,
            "from_pretrained() takes a model's name, not a path: it looks for this path on the Hub"
            " or NGC and fails",
            [
                edit(
                    site.file,
                    site.call,
                    "Load the local file",
                    site.file.segment(site.call),
                    f"{site.file.segment(site.call.func).rpartition('.')[0]}.restore_from("
                    f"{segment})  # the path of the .nemo file",
                )
            ],
        )


def _takes_only_names(origins: frozenset[str]) -> bool:
    speechlm = f"{PACKAGE}.collections.speechlm2"
    return idioms.is_nemos(origins) is True and not any(n.startswith(speechlm) for n in origins)


def _is_local(app: Application, site: Site, given: ast.expr) -> bool:
    """Return whether an argument is certain to be a path on this machine."""
    origins = app.calls.origins(given, site.scope)
    if origins and all(name in _JOINS or name.startswith(_DOWNLOADS) for name in origins):
        return True
    if origins and all(name.startswith(("pathlib.Path", "pathlib.PurePath")) for name in origins):
        return True
    literals = app.constants.literals(given, site.scope, guess=False)
    texts = [item.value for item in literals if isinstance(item.value, str)]
    return bool(texts) and all(_looks_local(text) for text in texts)


def _looks_local(text: str) -> bool:
    starts = (".", "/", "~", "\\")
    return text.endswith(".nemo") or text.startswith(starts) or text[1:3] in {":\\", ":/"}


def _missing_models(installed: int | None, file: SourceFile) -> Iterator[Finding]:
    for node, name in _models_named(file):
        if name in api.CURRENT_MODELS or not name[:1].isupper():
            continue
        if name not in api.FORMER_MODELS:
            what = f"no NeMo has had {name!r} in {api.ASR_MODELS}"
            yield found(error, CODE, file, node, what, [_use_asr_model(file, node)])
        elif installed is None or installed >= 3:  # noqa: PLR2004 - the version
            since = "this NeMo has no" if installed else "NeMo 3 no longer has"
            what = f"{since} {name!r} in {api.ASR_MODELS}"
            make = error if installed else warning
            yield found(make, CODE, file, node, what, [_pin_nemo(file, node)])


def _models_named(file: SourceFile) -> Iterator[tuple[ast.AST, str]]:
    """Yield the names that a file takes from NeMo's ASR models, each at its first place."""
    met: set[str] = set()
    for node in sorted(
        (n for n in file.parents if isinstance(n, ast.ImportFrom | ast.Attribute)),
        key=lambda n: (n.lineno, n.col_offset),
    ):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom):
            if node.module == api.ASR_MODELS and not node.level:
                names = [alias.name for alias in node.names]
        elif node.attr[:1].isupper():
            name = file.qualified(node) or ""
            if name.rpartition(".")[0] == api.ASR_MODELS:
                names = [node.attr]
        for name in names:
            if name not in met:
                met.add(name)
                yield node, name


def _may_name_others(text: str) -> bool:
    """Return whether a file may take from NeMo's ASR models what this NeMo does not have."""
    if _RENAMED.search(text):
        return True
    taken = (name for names in _TAKEN.findall(text) for name in _CLASS.findall(names))
    return not api.CURRENT_MODELS.issuperset(taken)


def _use_asr_model(file: SourceFile, node: ast.AST) -> Remedy:
    step = f"In {file.spot(node)}, use ASRModel, which loads a model of any class"
    return Remedy("Use the general class", (step,))


def _pin_nemo(file: SourceFile, node: ast.AST) -> Remedy:
    return Remedy(
        "Use what replaced it",
        (
            f"In {file.spot(node)}, for speakers use SortformerEncLabelModel and its diarize()",
            Step(
                "Or keep NeMo 2 in an environment of its own",
                'python -m pip install "nemo_toolkit[asr]<3"',
            ),
        ),
    )


def _installed(host: Machine) -> int | None:
    try:
        return api.major(host.packages.version("nemo-toolkit"))
    except (Unreadable, NotApplicable):
        return None


@check(CODE, reads=("packages",))
def calls_what_nemo_lacks(host: Machine) -> Iterable[Finding]:
    """The app uses a name or an argument that NeMo does not have.

    **What.** `transcribe(paths2audio_files=...)`, `from_pretrained` with a local path, and classes
    that `nemo.collections.asr.models` does not export.
    **Why.** Each fails at once, often inside an `except` block that hides why. Old examples on the
    web still show them.
    **Decided by.** The lists of NeMo 1.x to 3.0.0 and the installed version, if it is known. A path
    is what `snapshot_download`, `hf_hub_download`, `os.path.join` or `Path` returns, or a text that
    starts like one or ends in `.nemo`.
    **Do.** Pass `audio=`; load local files with `restore_from`; use `ASRModel`.
    **Source.** NeMo 3.0.0 `core/classes/common.py` (`from_pretrained`: a name with a slash goes to
    the Hub, any other to NGC), `asr/models/__init__.py` of 1.x, 2.x and 3.0.0; NeMo issues 9230 and
    10069.
    """
    look = partial(_look, _installed(host))
    return over_app(CODE, look, "the app uses only what NeMo has")(host)
