"""REV: the model revisions that the app pins, and whether they can be loaded.

The reported case: Canary-Qwen pinned to `2399591399e4e6438fa7804f2f1f660`, a hash that lost
nine characters. The Hub answers "is not a valid git identifier", which does not hint at missing
characters. Offline, the error message does not mention the revision at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from winasr_doctor.appsource.source_file import respect_silence
from winasr_doctor.checks.base import check
from winasr_doctor.checks.deferred import NO_REVISION
from winasr_doctor.checks.revision_edits import (
    CANNOT_BE_LOADED,
    EDIT_READS,
    drop_the_pin,
    place_of,
    printable,
    use_a_branch,
    use_the_full_hash,
    with_restore_from,
    without_revision,
)
from winasr_doctor.findings import (
    Finding,
    Location,
    Remedy,
    error,
    info,
    ok,
    skip,
    unknown,
    warning,
)
from winasr_doctor.machine.base import Machine, NotApplicable
from winasr_doctor.models.revisions import Revision, RevisionKind, classify

if TYPE_CHECKING:
    from winasr_doctor.appsource.revision_uses import RevisionUse
    from winasr_doctor.models.hub import HubAnswers

_Make = Callable[[str, dict[str, object], Iterable[Remedy]], Finding]
_Advise = Callable[[Machine, "RevisionUse"], Remedy]

_ALL_WAYS: tuple[_Advise, ...] = (drop_the_pin, use_a_branch, use_the_full_hash)


@check("REV001", reads=EDIT_READS)
def truncated_hash(host: Machine) -> Iterable[Finding]:
    """A model revision is a truncated hash.

    **What.** Every revision in the app's source, wherever it is written, or given with
    `--revision`.
    **Why.** A commit hash has 40 characters. With fewer, loading fails: online with "is not a
    valid git identifier", offline with a message that does not mention the revision.
    **Decided by.** 17 to 39 hexadecimal digits.
    **Do.** Drop the pin, use a branch, or write out all 40 characters.
    **Source.** huggingface_hub `file_download.py` (REGEX_COMMIT_HASH) and its download guide;
    transformers `utils/hub.py`.
    """
    yield from _judge(host, "REV001", (RevisionKind.TRUNCATED_HASH,), error, _ALL_WAYS)


@check("REV002", reads=EDIT_READS)
def upper_case_hash(host: Machine) -> Iterable[Finding]:
    """A model revision is a hash with upper-case letters.

    **What.** Every revision in the app's source or given with `--revision`.
    **Why.** huggingface_hub recognises a commit only by 40 lower-case digits. It takes any other
    spelling for a branch, which is not in the cache and perhaps not on the Hub either.
    **Decided by.** 40 hexadecimal digits, at least one of them an upper-case letter.
    **Do.** Write it in lower case.
    **Source.** huggingface_hub `file_download.py` (REGEX_COMMIT_HASH).
    """
    ways = (use_the_full_hash, drop_the_pin, use_a_branch)
    yield from _judge(host, "REV002", (RevisionKind.UPPER_CASE_HASH,), warning, ways)


@check("REV003", reads=EDIT_READS)
def overlong_hash(host: Machine) -> Iterable[Finding]:
    """A model revision is longer than a commit hash.

    **What.** Every revision in the app's source or given with `--revision`.
    **Why.** 64 digits are the SHA-256 that the Hub shows beside a large file. It identifies the
    file's content, not a commit, so no model can be loaded with it.
    **Decided by.** More than 40 hexadecimal digits.
    **Do.** Drop the pin, use a branch, or copy the commit's hash from the list of commits.
    **Source.** Git LFS specification (object ids are SHA-256); huggingface_hub
    `file_download.py`.
    """
    yield from _judge(
        host, "REV003", (RevisionKind.LFS_SHA256, RevisionKind.OVERLONG_HASH), error, _ALL_WAYS
    )


@check("REV004", reads=EDIT_READS)
def abbreviated_hash(host: Machine) -> Iterable[Finding]:
    """A model revision is an abbreviated hash.

    **What.** Every revision in the app's source or given with `--revision`.
    **Why.** The libraries ask for the full hash. The Hub has resolved abbreviations since
    2023, but does not promise to. Offline, an abbreviation is found only if it was used online
    before.
    **Decided by.** 7 to 16 hexadecimal digits, not all of them decimal.
    **Do.** Write out all 40 characters.
    **Source.** huggingface_hub download guide and issue 197.
    """
    yield from _judge(host, "REV004", (RevisionKind.ABBREVIATION,), warning, _ALL_WAYS)


@check("REV005", reads=EDIT_READS)
def movable_revision(host: Machine) -> Iterable[Finding]:
    """A model revision is a name that can move.

    **What.** Branches, tags and pull requests among the revisions of the app.
    **Why.** The model loaded tomorrow may differ from the one tested today. That is often what
    you want, and not a fault in itself.
    **Decided by.** A legal git name that is not a hash.
    **Do.** Nothing, or pin to a full hash where results must stay the same.
    **Source.** huggingface_hub download guide.
    """
    kinds = (RevisionKind.BRANCH_OR_TAG, RevisionKind.PULL_REQUEST)
    yield from _judge(host, "REV005", kinds, info, (use_the_full_hash,))


@check("REV006", reads=EDIT_READS)
def illegal_name(host: Machine) -> Iterable[Finding]:
    """A model revision is not a legal git name.

    **What.** Every revision in the app's source or given with `--revision`.
    **Why.** No branch, tag or commit can have such a name, so nothing can be loaded. White space
    copied along with a hash is the usual cause.
    **Decided by.** The rules of `git check-ref-format --allow-onelevel`.
    **Do.** Drop the pin, use a branch, or use a full hash with nothing around it.
    **Source.** git-check-ref-format(1).
    """
    yield from _judge(host, "REV006", (RevisionKind.ILLEGAL_NAME,), error, _ALL_WAYS)


BY_SPELLING = (truncated_hash, upper_case_hash, overlong_hash, abbreviated_hash, illegal_name)
"""The checks that judge a revision by its spelling."""


@check("REV007", reads=("app",))
def revision_not_accepted(host: Machine) -> Iterable[Finding]:
    """NeMo's from_pretrained is given a revision, which it does not accept.

    **What.** Calls to `from_pretrained` of NeMo's model classes, as the file imports them.
    **Why.** The method has no such argument, so the call raises TypeError. NeMo's speech-language
    models (SALM, Canary-Qwen) and the classes of transformers do accept one.
    **Decided by.** A keyword `revision` (or of a similar name), or a `**dict` that holds one.
    **Do.** Leave it out, or download the file with huggingface_hub and call `restore_from`.
    **Source.** NeMo `nemo/core/classes/common.py`, versions 2.0 to 3.0.
    """
    if not host.app.files:
        yield _nothing_found(host)
        return
    # lazy: only a scan with --app needs it
    from winasr_doctor.appsource.revision_uses import find_refused_revisions

    silent = True
    for pin in find_refused_revisions(host.app):
        silent = False
        spelled = str(pin.revisions[0].value) if pin.revisions else None
        evidence: dict[str, object] = {
            "revision": printable(spelled) if spelled is not None else None,
            "kind": "argument that does not exist",
            "callee": f"{pin.callee}.from_pretrained",
            **({"repo_id": pin.repo_ids[0]} if len(pin.repo_ids) == 1 else {}),
        }
        where = pin.file.location(pin.keyword)
        cls = pin.callee.rpartition(".")[2]
        finding = error(
            f"{cls}.from_pretrained in {pin.file.path}, line {where.line}, is given a"
            " revision, but NeMo's from_pretrained has no such argument and raises TypeError",
            evidence,
            (without_revision(pin), with_restore_from(pin)),
        ).at(where)
        finding = respect_silence(finding, pin.file, pin.keyword, "REV007")
        if finding.suppression is None:
            finding = respect_silence(finding, pin.file, pin.call, "REV007")
        yield finding
    if silent:
        yield ok("no call to NeMo's from_pretrained is given a revision")


@check("REV008", reads=EDIT_READS)
def not_in_the_cache(host: Machine) -> Iterable[Finding]:
    """A model revision is not in the local cache.

    **What.** Whether the Hugging Face cache has each revision whose repository is known.
    **Why.** Offline, only a revision in the cache can be loaded, and the error message names
    neither the revision nor the reason.
    **Decided by.** A folder `snapshots/<40 characters>`, or a file `refs/<name>` that points to
    one. If there is neither, that is an error with `HF_HUB_OFFLINE`. Otherwise it is a warning if
    the cache has another revision of the repository, and a note if it has none. Skipped with
    `--online`.
    **Do.** Run the app once online, or use a revision that is there.
    **Source.** huggingface_hub `file_download.py`, `try_to_load_from_cache`.
    """
    uses = list(_judged(host))
    if not uses:
        yield _nothing_found(host)
        return
    cache = host.hub_cache
    if not cache.offline and _answers(host) is not None:
        yield skip("the Hub itself was asked; see REV009")
        return
    nameless = 0
    for use, revision in uses:
        if revision.kind in CANNOT_BE_LOADED:
            continue
        nameless += not use.repo_ids
        for repo_id in use.repo_ids:
            yield _silenced(_look_up(host, use, revision, repo_id), use, "REV008")
    if nameless:
        yield skip(f"the repository is not known for {nameless} of the revisions")
    elif all(revision.kind in CANNOT_BE_LOADED for _, revision in uses):
        yield skip("none of the revisions can be loaded at all; see the other findings")


def _look_up(host: Machine, use: RevisionUse, revision: Revision, repo_id: str) -> Finding:
    cache = host.hub_cache
    repo = cache.repo(repo_id)
    evidence = {**_evidence(use, revision, repo_id), "cache": cache.path, "offline": cache.offline}
    name = f"revision {printable(use.revision)} of {repo_id}"
    fetch = Remedy(
        "Run the app once with a network connection",
        (
            "Unset HF_HUB_OFFLINE and start the app: it downloads the files of that revision"
            if cache.offline
            else "Start the app while the Hub can be reached: it downloads the missing files",
            f"Then scan again: refs or snapshots of {repo_id} in {cache.path} will hold it",
        ),
    )
    if repo is None:
        make = error if cache.offline else info
        return make(
            f"{repo_id} is not in the cache {cache.path}, so {name} needs the network",
            evidence,
            (fetch,),
        )
    commit = (
        use.revision if revision.kind is RevisionKind.FULL_HASH else repo.refs.get(use.revision)
    )
    if commit in repo.snapshots:
        return ok(f"{name} is in the cache", {**evidence, "commit": commit})
    evidence["cached"] = sorted({*repo.refs, *repo.snapshots})
    make = error if cache.offline else warning
    return make(
        f"{name} is not in the cache {cache.path}, though other revisions of it are",
        evidence,
        (fetch, drop_the_pin(host, use), use_a_branch(host, use)),
    )


@check("REV009", reads=EDIT_READS)
def not_on_the_hub(host: Machine) -> Iterable[Finding]:
    """A model revision does not exist on the Hub.

    **What.** With `--online`, asks the Hub for every revision whose repository is known.
    **Why.** A revision that does not exist cannot be loaded.
    **Decided by.** The Hub's own answer, through huggingface_hub. No answer means unknown.
    **Do.** Drop the pin, use a branch, or use a full hash that exists.
    **Source.** huggingface_hub, `HfApi.model_info` and `RevisionNotFoundError`.
    """
    uses = list(_judged(host))
    if not uses:
        yield _nothing_found(host)
        return
    answers = host.hub_answers
    for use, revision in uses:
        name = f'"{printable(use.revision)}" {place_of(use)}'
        if not use.repo_ids:
            evidence = _evidence(use, revision, None)
            reason = f"the repository of {name} is not known; give it with --revision REPO@REV"
            yield _silenced(unknown(reason, evidence), use, "REV009")
        for repo_id in use.repo_ids:
            answer = answers.of(repo_id, use.revision)
            evidence = _evidence(use, revision, repo_id)
            if answer.commit:
                evidence["commit"] = answer.commit
            if answer.status == "exists":
                yield ok(f"{name} exists in {repo_id}", evidence).at(_location(use))
                continue
            if answer.status == "unknown":
                told = f"the Hub gave no answer about {name} of {repo_id}: {answer.reason}"
                finding = unknown(told, {**evidence, "reason": answer.reason})
            else:
                remedies = [way(host, use) for way in _ALL_WAYS]
                told = f"{name} does not exist in {repo_id}, according to the Hub"
                finding = error(told, evidence, remedies)
            yield _silenced(finding, use, "REV009")


_CONSEQUENCES = {
    RevisionKind.TRUNCATED_HASH: "a truncated hash ({reason}): no model can be loaded by it",
    RevisionKind.UPPER_CASE_HASH: "a hash with upper case: {reason}",
    RevisionKind.LFS_SHA256: "an LFS sha256 ({reason}): no model can be loaded by it",
    RevisionKind.OVERLONG_HASH: "a hash that is too long ({reason}): no model can be loaded by it",
    RevisionKind.ABBREVIATION: "an abbreviated hash ({reason}): it works online only, if at all",
    RevisionKind.BRANCH_OR_TAG: "a branch or a tag: {reason}",
    RevisionKind.PULL_REQUEST: "a pull request: {reason}",
    RevisionKind.ILLEGAL_NAME: "not a legal git name: {reason}",
}


def _judge(
    host: Machine,
    code: str,
    kinds: tuple[RevisionKind, ...],
    make: _Make,
    ways: tuple[_Advise, ...],
) -> Iterator[Finding]:
    """Yield a finding for every revision of these kinds, or the reason why there are none."""
    uses = list(_judged(host))
    if not uses:
        yield _nothing_found(host)
        return
    silent = True
    for use, revision in uses:
        if revision.kind in kinds:
            silent = False
            what = _CONSEQUENCES[revision.kind].format(reason=revision.reason)
            evidence = _evidence(use, revision, use.repo_ids[0] if use.repo_ids else None)
            summary = f'"{printable(use.revision)}" {place_of(use)} is {what}'
            finding = make(summary, evidence, [way(host, use) for way in ways])
            yield _silenced(finding, use, code)
    if silent:
        counted = "the revision" if len(uses) == 1 else f"none of the {len(uses)} revisions"
        verb = "is not" if len(uses) == 1 else "is"
        yield ok(f"{counted} {verb} {' or '.join(_named(kind) for kind in kinds)}")


def _named(kind: RevisionKind) -> str:
    if kind is RevisionKind.ILLEGAL_NAME:
        return "against git's rules for names"
    return f"{'an' if kind.value[0] in 'aL' else 'a'} {kind.value}"


def _judged(host: Machine) -> Iterator[tuple[RevisionUse, Revision]]:
    for use in host.app.revisions:
        yield use, classify(use.revision)


def _nothing_found(host: Machine) -> Finding:
    if host.app.files:
        count = len(host.app.files)
        return ok(f"no revision is pinned in the {count} file{'s' * (count != 1)} of the app")
    if host.app.unexamined:
        return skip("no file of the app could be examined")
    return skip(NO_REVISION)


def _answers(host: Machine) -> HubAnswers | None:
    try:
        return host.hub_answers
    except NotApplicable:
        return None


def _evidence(use: RevisionUse, revision: Revision, repo_id: str | None) -> dict[str, object]:
    evidence: dict[str, object] = {
        "revision": printable(use.revision),
        "kind": revision.kind.value,
        "length": len(use.revision),
        "reason": revision.reason,
    }
    if repo_id is not None:
        evidence["repo_id"] = repo_id
    if use.used_at:
        evidence["used_at"] = list(use.used_at)
    return evidence


def _location(use: RevisionUse) -> Location | None:
    return None if use.literal is None else use.literal.file.location(use.literal.node)


def _silenced(finding: Finding, use: RevisionUse, code: str) -> Finding:
    if use.literal is None:
        return finding
    placed = finding.at(_location(use))
    return respect_silence(placed, use.literal.file, use.literal.node, code)
