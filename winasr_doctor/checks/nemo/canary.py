"""NEM010 to NEM012: Canary-Qwen in the Hugging Face cache, and folders that shadow it."""

from __future__ import annotations

from collections.abc import Iterable

from winasr_doctor.checks.advice import gigabytes, in_shell, lacks_doctor, with_python
from winasr_doctor.checks.base import check
from winasr_doctor.checks.nemo.files import MEGABYTE, NOT_AN_ARCHIVE, removal
from winasr_doctor.findings import Finding, Remedy, error, info, ok, skip, unknown, warning
from winasr_doctor.machine.base import Machine
from winasr_doctor.machine.model import CachedRepo, CachedWeights, HubCache, ShadowingFolder
from winasr_doctor.models.known import CANARY_QWEN, CANARY_QWEN_FILES, CANARY_QWEN_INSIDE

_WEIGHTS = CANARY_QWEN_FILES[1]
_BRANCH = "main"
_NOT_WEIGHTS = {**NOT_AN_ARCHIVE, "other": "no safetensors file"}

_TOKENIZERS = (("tokenizer.json",), ("vocab.json", "merges.txt"))
"""Either of these is enough. Source: transformers, Qwen2's tokenizer, which Qwen3 uses."""


@check("NEM010", reads=("hub_cache", "python"))
def canary_qwen_weights(host: Machine) -> Iterable[Finding]:
    """Canary-Qwen's weights in the Hugging Face cache are missing or damaged.

    **What.** `model.safetensors` of each revision of Canary-Qwen that the cache holds.
    **Why.** NeMo's error names neither the file nor the fault: "header too large" for a web page
    or a Git LFS pointer, and `pytorch_model.bin` where the weights are missing. The cache itself
    never notices: a file that is there is not downloaded again.
    **Decided by.** The file's first bytes, and its size compared with the one in its header. Damage
    is an error. If the default branch has no weights, that is an error with `HF_HUB_OFFLINE`,
    otherwise a warning: the first load downloads 5.1 GB.
    **Do.** Delete the file and download it again.
    **Source.** safetensors' README, "Format"; the Git LFS specification; huggingface_hub
    `file_download.py`.
    """
    cache = host.hub_cache
    repo = cache.repo(CANARY_QWEN)
    if repo is None:
        yield skip("Canary-Qwen is not in the Hugging Face cache")
        return
    for weights in repo.weights:
        yield _judged(host, cache, weights)
    if not _has_weights(repo):
        yield _missing(host, cache, repo)


def _has_weights(repo: CachedRepo) -> bool:
    """Return whether the default branch has weights, or any revision if the branch is unknown."""
    commit = repo.refs.get(_BRANCH)
    wanted = repo.snapshots.values() if commit is None else [repo.snapshots.get(commit, ())]
    return any(_WEIGHTS in names for names in wanted)


def _judged(host: Machine, cache: HubCache, weights: CachedWeights) -> Finding:
    path = _path(cache, weights)
    evidence: dict[str, object] = {
        "path": path,
        "size": weights.size,
        "form": weights.form,
        "whole": weights.whole,
    }
    if weights.form == "unreadable":
        reason = weights.error or "it could not be opened"
        return unknown(f"{path} could not be read: {reason}", {**evidence, "reason": reason})
    fault = _fault(weights)
    if fault is None:
        return ok(f"{path} is complete: {_size(weights.size)}", evidence)
    code = (
        "from huggingface_hub import hf_hub_download;"
        f" print(hf_hub_download('{CANARY_QWEN}', '{weights.name}', revision='{weights.commit}',"
        " force_download=True))"
    )
    command = f'-c "{code}"'
    steps = (
        # `force_download` replaces what the cache keeps in `blobs`, not a copy in `snapshots`.
        removal(host, "Delete it", path),
        with_python(host, "Download it again, 5.1 GB, without HF_HUB_OFFLINE", command),
    )
    remedy = Remedy(f"Download {weights.name} again from {CANARY_QWEN}", steps)
    return error(f"{path} ({_size(weights.size)}) {fault}", evidence, [remedy])


def _fault(weights: CachedWeights) -> str | None:
    if weights.form in _NOT_WEIGHTS:
        return f"is {_NOT_WEIGHTS[weights.form]}"
    whole = weights.whole
    if whole is None or whole == weights.size:
        return None
    if weights.size < whole:
        return f"is cut off: its header asks for {whole} bytes or more, as after a broken download"
    return f"is damaged: its header asks for only {whole} bytes"


def _size(size: int) -> str:
    return gigabytes(size) if size >= MEGABYTE else f"{size} bytes"


def _path(cache: HubCache, weights: CachedWeights) -> str:
    separator = "\\" if "\\" in cache.path else "/"
    folder = f"models--{CANARY_QWEN.replace('/', '--')}"
    return separator.join((cache.path, folder, "snapshots", weights.commit, weights.name))


def _missing(host: Machine, cache: HubCache, repo: CachedRepo) -> Finding:
    evidence = {
        "repo_id": repo.repo_id,
        "cache": cache.path,
        "offline": cache.offline,
        "cached": sorted({*repo.refs, *repo.snapshots}),
    }
    make = error if cache.offline else warning
    happens = "cannot be loaded offline" if cache.offline else "is downloaded when it is loaded"
    return make(
        f"The cache {cache.path} has Canary-Qwen without {_WEIGHTS} of its default branch:"
        f" the model {happens}",
        evidence,
        [_load_it_once(host, cache)],
    )


_SELFTEST = "-m winasr_doctor selftest --model canary-qwen-2.5b"


def _load_it_once(host: Machine, cache: HubCache) -> Remedy:
    load: str = with_python(host, "Load it once with a network", _SELFTEST)
    if lacks_doctor(host):
        load = "Load it once with a network, by starting the app"
    if not cache.offline:
        return Remedy("Download the missing files", (load,))
    windows = host.system.os == "windows"
    unset = "Remove-Item Env:HF_HUB_OFFLINE" if windows else "unset HF_HUB_OFFLINE"
    return Remedy("Download the missing files", (in_shell(host, "Allow it", unset), load))


@check("NEM011", reads=("hub_cache", "python"))
def language_model_inside(host: Machine) -> Iterable[Finding]:
    """The language model inside Canary-Qwen is not in the Hugging Face cache.

    **What.** If the cache has Canary-Qwen, looks for the `config.json`, `tokenizer_config.json` and
    tokenizer of Qwen/Qwen3-1.7B. Its weights are not needed.
    **Why.** NeMo builds Canary-Qwen from these files. Offline, loading fails with "Unable to
    instantiate HuggingFace AUTOTOKENIZER", which does not name Canary-Qwen.
    **Decided by.** The cached files of its default branch, the only one that NeMo asks for. A
    warning with `HF_HUB_OFFLINE`, otherwise a note: the files are small and downloaded when they
    are needed.
    **Do.** Load Canary-Qwen once with a network.
    **Source.** NeMo 3.0.0, `nemo/collections/speechlm2/models/salm.py`; Canary-Qwen's
    `config.json`.
    """
    cache = host.hub_cache
    if cache.repo(CANARY_QWEN) is None:
        yield skip("Canary-Qwen is not in the Hugging Face cache")
        return
    lacking = _lacking(cache.repo(CANARY_QWEN_INSIDE))
    evidence = {"repo_id": CANARY_QWEN_INSIDE, "missing": list(lacking), "offline": cache.offline}
    if not lacking:
        yield ok(f"{CANARY_QWEN_INSIDE}, which is inside Canary-Qwen, is in the cache", evidence)
        return
    make = warning if cache.offline else info
    happens = "cannot be loaded offline" if cache.offline else "needs the network once more"
    yield make(
        f"{' and '.join(lacking)} of {CANARY_QWEN_INSIDE} is not in the cache {cache.path}, so"
        f" Canary-Qwen, which is there, {happens}",
        evidence,
        [_load_it_once(host, cache)],
    )


def _lacking(repo: CachedRepo | None) -> tuple[str, ...]:
    """Return the files that the language model's default branch lacks."""
    held = () if repo is None else repo.snapshots.get(repo.refs.get(_BRANCH, ""), ())
    needed = [name for name in ("config.json", "tokenizer_config.json") if name not in held]
    if not any(set(files) <= set(held) for files in _TOKENIZERS):
        needed.append(_TOKENIZERS[0][0])
    return tuple(needed)


@check("NEM012", reads=("hub_cache",))
def shadowing_folder(host: Machine) -> Iterable[Finding]:
    """A local folder shadows Canary-Qwen's repository.

    **What.** A folder `nvidia/canary-qwen-2.5b` below the current folder or the app's folder.
    **Why.** In a program started there, `SALM.from_pretrained` loads that folder instead of the
    published model. It does not use the Hub or its cache, silently ignores `revision`, and fails if
    the folder lacks a file. The loader of this package skips such a folder.
    **Decided by.** The two folders and their contents.
    **Do.** Move the folder away, or give its full path if you want to load it.
    **Source.** huggingface_hub `hub_mixin.py`, `from_pretrained`; NeMo 3.0.0,
    `nemo/collections/speechlm2/parts/hf_hub.py`.
    """
    shadows = host.hub_cache.shadows
    if not shadows:
        yield ok("no folder has the name of Canary-Qwen's repository")
    for shadow in shadows:
        yield _shadowed(shadow)


def _shadowed(shadow: ShadowingFolder) -> Finding:
    there = zip(CANARY_QWEN_FILES, (shadow.config, shadow.weights), strict=True)
    missing = [name for name, is_there in there if not is_there]
    happens = (
        f"it has no {' and no '.join(missing)}, so loading fails"
        if missing
        else "it is loaded instead, and a revision is ignored"
    )
    where = "the current folder" if shadow.current else "the app's folder"
    return warning(
        f"{shadow.path} has the name of a repository of the Hub, below {where}: {happens}",
        {"path": shadow.path, "repo_id": shadow.repo_id, "missing": missing},
        [
            Remedy("Load the model from the Hub", (f"Rename or move {shadow.path}.",)),
            Remedy(
                "Load the folder on purpose",
                ("Give from_pretrained its absolute path; a revision then has no effect.",),
            ),
        ],
    )
