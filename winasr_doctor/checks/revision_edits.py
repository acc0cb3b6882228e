"""Remedies for revisions, as exact edits of the app's source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from winasr_doctor.checks.advice import known, with_python
from winasr_doctor.findings import Remedy, Step
from winasr_doctor.findings.actions import EditSource
from winasr_doctor.frameworks.nemo.files import archive_in
from winasr_doctor.machine.base import Machine
from winasr_doctor.models.known import KNOWN_MODELS
from winasr_doctor.models.revisions import FULL_HASH_LENGTH, RevisionKind, classify

if TYPE_CHECKING:
    import ast

    from winasr_doctor.appsource.revision_uses import RefusedRevision, RevisionUse
    from winasr_doctor.appsource.source_file import SourceFile

EDIT_READS = ("app", "hub_answers", "hub_cache", "python")
"""Sections the remedies read; a check that offers them declares these."""

CANNOT_BE_LOADED = frozenset(
    {
        RevisionKind.TRUNCATED_HASH,
        RevisionKind.LFS_SHA256,
        RevisionKind.OVERLONG_HASH,
        RevisionKind.ILLEGAL_NAME,
    }
)
"""Kinds that never load anything, so nothing is lost when a branch replaces one."""

MEANS_A_COMMIT = CANNOT_BE_LOADED | {RevisionKind.UPPER_CASE_HASH, RevisionKind.ABBREVIATION}
"""Kinds that can mean only one commit, so its full hash can replace them with the same meaning."""

_LONGEST_SHOWN = 200


def printable(text: str) -> str:
    """Return a text that is safe in any report: unprintable characters escaped, cut if long."""
    shown = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}..."


def place_of(use: RevisionUse) -> str:
    """Return a phrase that says where a revision is written."""
    if use.literal is None:
        return use.where
    where = use.literal.file.location(use.literal.node)
    return f"in {where.file}, line {where.line}"


def drop_the_pin(host: Machine, use: RevisionUse) -> Remedy:
    """Let the library load the newest commit of the default branch."""
    return Remedy(
        "Drop the pin, so that the newest version is loaded",
        (_edit(use, "None"), *_fetch_first(host)),
    )


def use_a_branch(host: Machine, use: RevisionUse) -> Remedy:
    """Name the default branch, for those who want an explicit revision."""
    action = None
    if classify(use.revision).kind in CANNOT_BE_LOADED and full_hash(host, use) is None:
        action = _written(use, "main") if _can_be_loaded(host, use, "main") else None
    return Remedy(
        "Use a branch, which every version of the libraries understands",
        (_edit(use, '"main"'), *_fetch_first(host)),
        automatic=action is not None,
        action=action,
    )


def use_the_full_hash(host: Machine, use: RevisionUse) -> Remedy:
    """Pin to a commit by its 40 characters, filled in where they are known."""
    title = f"Use a full hash of {FULL_HASH_LENGTH} characters, which never changes its meaning"
    commit = full_hash(host, use)
    if commit is not None:
        meant = classify(use.revision).kind in MEANS_A_COMMIT
        action = _written(use, commit) if meant else None
        step = _edit(use, f'"{commit}"')
        return Remedy(title, (step,), automatic=action is not None, action=action)
    repo_id = use.repo_ids[0] if use.repo_ids else None
    page = f"https://huggingface.co/{repo_id or 'OWNER/MODEL'}/commits/main"
    steps: list[str] = [f"Copy the full hash of the commit you want from {page}"]
    if repo_id is not None:
        code = f"from huggingface_hub import HfApi; print(HfApi().model_info('{repo_id}').sha)"
        print_it = "Or print the hash of the newest commit"
        steps.append(with_python(host, print_it, f'-c "{code}"'))
    return Remedy(title, (*steps, _edit(use, '"<the 40 characters>"')))


def full_hash(host: Machine, use: RevisionUse) -> str | None:
    """Return the only commit that a revision can mean, from its text, the Hub or the local cache.

    Args:
        host: The machine; reads `hub_answers` and `hub_cache` where they are available.
        use: The revision.
    """
    tidy = use.revision.strip().lower()
    if classify(tidy).kind is RevisionKind.FULL_HASH:
        return tidy
    answers = known(host, "hub_answers")
    told = {answers.of(repo, use.revision).commit for repo in use.repo_ids} if answers else set()
    commits = {str(commit) for commit in told if commit} or set(_cached(host, use, tidy))
    return commits.pop() if len(commits) == 1 else None


def _written(use: RevisionUse, revision: str) -> EditSource | None:
    """Return the edit that replaces a revision in the source with another."""
    if use.literal is None or not use.literal.exact:
        return None
    from winasr_doctor.appsource.edits import replace_string  # lazy: only a finding needs it

    return replace_string(use.literal.file, use.literal.node, revision)


def _can_be_loaded(host: Machine, use: RevisionUse, branch: str) -> bool:
    """Return whether a branch can be loaded: from the Hub, or offline from the cache."""
    cache = known(host, "hub_cache")
    if cache is None or not cache.offline:
        return True
    repos = [cache.repo(repo_id) for repo_id in use.repo_ids]
    return bool(repos) and all(
        repo is not None and repo.refs.get(branch) in repo.snapshots for repo in repos
    )


def _cached(host: Machine, use: RevisionUse, prefix: str) -> Iterator[str]:
    cache = known(host, "hub_cache")
    by_prefix = classify(prefix).kind in {RevisionKind.TRUNCATED_HASH, RevisionKind.ABBREVIATION}
    wanted = {repo.casefold() for repo in use.repo_ids}
    for repo in cache.repos if cache else ():
        # Without a repository, a few digits may match commits of several models.
        if repo.repo_id.casefold() not in wanted and (wanted or not by_prefix):
            continue
        ref = repo.refs.get(use.revision)
        if ref is not None and classify(ref).kind is RevisionKind.FULL_HASH:
            yield ref
        if by_prefix:
            commits = (*repo.snapshots, *repo.refs.values())
            yield from (c for c in commits if len(c) == FULL_HASH_LENGTH and c.startswith(prefix))


def _fetch_first(host: Machine) -> tuple[str, ...]:
    cache = known(host, "hub_cache")
    if cache is None or not cache.offline:
        return ()
    return ("Start the app once without HF_HUB_OFFLINE, so that the files get into the cache",)


def _edit(use: RevisionUse, new: str) -> str:
    literal = use.literal
    if literal is None:
        return f'Where the app passes it: revision="{printable(use.revision)}" -> revision={new}'
    old = literal.file.segment(literal.node)
    if not old or "\n" in old or len(old) > _LONGEST_SHOWN:
        old = f'"{printable(use.revision)}"'
    place = _at(literal.file, literal.node)
    if not literal.exact:
        return f"{place}: the revision is made from {old}; make it {new} where it is used"
    return f"{place}: {old} -> {new}"


_RESTORE_OPTIONS = frozenset(
    {
        "map_location",
        "override_config_path",
        "return_config",
        "save_restore_connector",
        "strict",
        "trainer",
    }
)
"""Keywords that `restore_from` accepts too. Source: NeMo, `nemo/core/classes/modelPT.py`."""


def without_revision(pin: RefusedRevision) -> Remedy:
    """Remove the argument from a NeMo call."""
    from winasr_doctor.appsource.edits import remove_keyword

    action = remove_keyword(pin.file, pin.call, pin.keyword)
    return Remedy(
        "Drop the pin: NeMo then loads the newest version of the model",
        (_take_out(pin),),
        automatic=action is not None,
        action=action,
    )


def with_restore_from(pin: RefusedRevision) -> Remedy:
    """Download the pinned file with huggingface_hub and restore it with NeMo."""
    call, file = pin.call, pin.file
    owner = file.segment(call.func).rpartition(".")[0]
    named = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    model = named.get("model_name", call.args[0] if call.args else None)
    repository = file.segment(model) if model is not None else '"OWNER/MODEL"'
    if pin.keyword.arg is None:
        revision = f'"{printable(str(pin.revisions[0].value))}"'
    else:
        revision = file.segment(pin.keyword.value)
    options = "".join(
        f", {name}={file.segment(value)}"
        for name, value in named.items()
        if name in _RESTORE_OPTIONS
    )
    download = f'hf_hub_download({repository}, "{_filename(pin)}", revision={revision})'
    new = f"{owner}.restore_from({download}{options})"
    return Remedy(
        "Keep the pin: download the file at that revision, then restore it",
        (
            Step(
                f"{file.path}: add at the top",
                "from huggingface_hub import hf_hub_download",
                "python",
            ),
            Step(
                f"{_at(file, call)}: replace {_shown(file.segment(call))} with",
                _shown(new),
                "python",
            ),
        ),
    )


def _filename(pin: RefusedRevision) -> str:
    repo_id = pin.repo_ids[0] if len(pin.repo_ids) == 1 else None
    if repo_id is None:
        return "<name of the model>.nemo"
    for model in KNOWN_MODELS:
        if model.repo_id == repo_id:
            return model.filename
    return archive_in(repo_id)


def _take_out(pin: RefusedRevision) -> str:
    file, call = pin.file, pin.call
    if pin.keyword.arg is None:
        literal = pin.revisions[0]
        place = _at(literal.file, literal.node)
        return f"{place}: remove the entry with {literal.file.segment(literal.node)}"
    kept = [file.segment(argument) for argument in call.args]
    for keyword in call.keywords:
        if keyword is not pin.keyword:
            name = f"{keyword.arg}=" if keyword.arg else "**"
            kept.append(f"{name}{file.segment(keyword.value)}")
    new = f"{file.segment(call.func)}({', '.join(kept)})"
    words = f"{_at(file, call)}: replace {_shown(file.segment(call))} with"
    return Step(words, _shown(new), "python")


def _at(file: SourceFile, node: ast.AST) -> str:
    return str(file.location(node))


def _shown(code: str) -> str:
    """Join the lines of code into one."""
    return " ".join(line.strip() for line in code.splitlines())
