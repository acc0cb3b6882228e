"""NEM006: local `.nemo` files."""

from __future__ import annotations

import re
from collections.abc import Iterable

from winasr_doctor._util.shells import quoted_for_posix
from winasr_doctor.checks.advice import gigabytes, in_shell, quoted, with_python
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, Step, error, ok, skip, unknown
from winasr_doctor.machine.base import Machine
from winasr_doctor.machine.model import ModelFile
from winasr_doctor.models.known import KNOWN_MODELS

NOT_AN_ARCHIVE = {
    "lfs-pointer": "a Git LFS pointer, a small text in place of the real file, because it was"
    " cloned without Git LFS",
    "html": "a web page, because a page about the file was downloaded instead of the file",
    "empty": "empty",
    "other": "neither a tar nor a tar.gz archive",
}
"""Sources: the Git LFS specification (pointers); NeMo reads `r:` and then `r:gz`,
`nemo/core/connectors/save_restore_connector.py`."""

MEGABYTE = 1_000_000

_CACHED = r"models--(?P<owner>[^\\/]+?)--(?P<name>[^\\/]+)[\\/]"
"""A repository's folder in the Hugging Face cache. Source: huggingface_hub, "Understand
caching"."""


@check("NEM006", reads=("model_files", "python"))
def model_file(host: Machine) -> Iterable[Finding]:
    """A local .nemo file is damaged or not a model.

    **What.** Each `.nemo` file that was named, or is in the caches or beside the app.
    **Why.** NeMo unpacks the file first and notices damage late; on Windows the error may then
    be hidden by a failed cleanup.
    **Decided by.** The file's first bytes and its list of members: a tar or tar.gz archive that
    is complete and holds `model_config.yaml` and `model_weights.ckpt`. The finding
    says whether it is a Git LFS pointer, a web page or an empty file.
    **Do.** Download the file again.
    **Source.** `nemo/core/connectors/save_restore_connector.py`; the Git LFS specification.
    """
    files = host.model_files.items
    if not files:
        yield skip("no local .nemo file was found or named")
    for file in files:
        yield _verdict(host, file)


def _verdict(host: Machine, file: ModelFile) -> Finding:
    evidence: dict[str, object] = {"path": file.path, "size": file.size, "form": file.form}
    if file.form == "unreadable":
        reason = file.error or "it could not be opened"
        return unknown(f"{file.path} could not be read: {reason}", {**evidence, "reason": reason})
    fault = _fault(file)
    if fault is None:
        return ok(f"{file.path} is a complete model of {gigabytes(file.size)}", evidence)
    return error(
        f"{file.path} ({_size(file)}) {fault}",
        {**evidence, "truncated": file.truncated, "config": file.config, "weights": file.weights}
        | ({"error": file.error} if file.error else {}),
        [_download_again(host, file)],
    )


def _size(file: ModelFile) -> str:
    return gigabytes(file.size) if file.size >= MEGABYTE else f"{file.size} bytes"


def _fault(file: ModelFile) -> str | None:
    if file.form in NOT_AN_ARCHIVE:
        return f"is {NOT_AN_ARCHIVE[file.form]}"
    if file.truncated:
        return "is cut off: the archive ends before its last member, as after a broken download"
    members = {"model_config.yaml": file.config, "model_weights.ckpt": file.weights}
    missing = [name for name, there in members.items() if not there]
    return f"is an archive without {' and '.join(missing)}" if missing else None


def _download_again(host: Machine, file: ModelFile) -> Remedy:
    name = file.path.replace("/", "\\").rpartition("\\")[2]
    repo_id = _repo_id(file.path, name)
    if repo_id is None:
        return Remedy(
            "Download the file again",
            (
                f"Delete {file.path} by hand, or rename it to keep it.",
                "Download it again from its source. Use the download link of the file itself (on"
                " huggingface.co: the arrow beside its size), not the address of its page.",
                "Compare its size with the one shown there; the damaged file has"
                f" {file.size} bytes.",
            ),
        )
    code = (
        "from huggingface_hub import hf_hub_download;"
        f" print(hf_hub_download('{repo_id}', '{name}', force_download=True))"
    )
    command = f'-c "{code}"'
    steps: list[str] = [with_python(host, "Download it again", command)]
    if re.search(_CACHED, file.path) is None:
        steps += [
            "The command prints the path of the good file: use that path in the app.",
            removal(host, "Then delete the damaged one", file.path),
        ]
    else:
        # `force_download` replaces the file in the cache's `blobs`, not a copy in `snapshots`,
        # which is there instead of a link if links are not allowed (huggingface_hub 2.4.0).
        steps.insert(0, removal(host, "Delete it", file.path))
    return Remedy(f"Download {name} again from {repo_id}", tuple(steps))


def removal(host: Machine, words: str, path: str) -> Step:
    """Return the step that deletes a file, for PowerShell or a POSIX shell."""
    if host.system.os == "windows":
        return in_shell(host, words, f"Remove-Item -LiteralPath {quoted(path)}")
    return in_shell(host, words, f"rm {quoted_for_posix(path)}")


def _repo_id(path: str, name: str) -> str | None:
    cached = re.search(_CACHED, path)
    if cached is not None:
        return f"{cached['owner']}/{cached['name']}"
    same_name = (model.repo_id for model in KNOWN_MODELS if model.filename == name)
    return next(same_name, None) if name.endswith(".nemo") else None
