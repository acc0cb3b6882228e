"""APP013: settings of the Hub that are made after they have been read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.checks.app.common import found, over_each_file
from winasr_doctor.checks.app.variables import changes, import_before
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, warning
from winasr_doctor.machine.base import Machine

CODE = "APP013"
VARIABLES = frozenset(
    {
        *("HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HUB_OFFLINE", "HF_ENDPOINT"),
        *("HF_HUB_DISABLE_SYMLINKS", "HF_HUB_DISABLE_SYMLINKS_WARNING", "HF_HUB_DISABLE_XET"),
        *("HF_HUB_ENABLE_HF_TRANSFER", "HF_HUB_DOWNLOAD_TIMEOUT", "HF_HUB_ETAG_TIMEOUT"),
        *("HF_XET_CACHE", "HF_HUB_DISABLE_PROGRESS_BARS", "HF_HUB_DISABLE_TELEMETRY"),
        *("TRANSFORMERS_OFFLINE", "TRANSFORMERS_CACHE"),
    }
)
READERS = frozenset(
    {
        *("huggingface_hub", "transformers", "datasets", "gradio", "gradio_client", "diffusers"),
        *("accelerate", "peft", "sentence_transformers", "speechbrain", "pyannote", "whisperx"),
        *("faster_whisper", "timm", "nemo.collections", "nemo.collections.asr", "nemo.core"),
        *("nemo.collections.asr.models", "nemo.collections.speechlm2", "nemo.utils"),
        *("nemo.collections.speechlm2.models", "nemo.collections.audio"),
    }
)
"""Packages whose import imports `huggingface_hub.constants`, which reads the variables."""


def _look(file: SourceFile) -> Iterator[Finding]:
    for node, name, at_module_level in changes(file, VARIABLES):
        read_at = import_before(file, node, READERS, at_module_level=at_module_level)
        if read_at is None:
            continue
        yield found(
            warning,
            CODE,
            file,
            node,
            f"{name} is set after the import that reads it (line {read_at}), so it has no effect",
            [
                Remedy(
                    "Set it first",
                    (f"In {file.spot(node)}, move this line above line {read_at}",),
                ),
                Remedy(
                    "Set it outside",
                    (f"In the terminal, before the app starts: $env:{name} = '...'",),
                ),
            ],
        )


@check(CODE)
def sets_the_hub_up_too_late(host: Machine) -> Iterable[Finding]:
    """HF_HOME or another Hub setting is changed after the import that reads it.

    **What.** Assignments to `os.environ["HF_HOME"]`, `HF_HUB_OFFLINE`, `HF_HUB_DISABLE_SYMLINKS`
    and the other variables of huggingface_hub.
    **Why.** `huggingface_hub.constants` reads them once, when it is imported, and NeMo, Gradio and
    transformers import it. Later changes do nothing: the model goes into the full drive C: again,
    or the symlinks that Windows refuses are tried again.
    **Decided by.** The assignment comes after such an import in the module or the function, or is
    in a function of a module that has one at its top.
    **Do.** Set it before the first import, or in the terminal.
    **Source.** huggingface.co, "Environment variables" (huggingface_hub); huggingface_hub
    `constants.py`. TEMP has a check of its own, APP005.
    """
    return _RUN(host)


_RUN = over_each_file(CODE, _look, "no Hub setting is made too late", (tuple(sorted(VARIABLES)),))
