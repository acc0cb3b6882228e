"""Names of NeMo's files, in its archives and in its temporary folders."""

from __future__ import annotations

from winasr_doctor.frameworks.nemo.names import SUFFIX

CONFIG, WEIGHTS = "model_config.yaml", "model_weights.ckpt"
"""What every archive holds, and what is unpacked while loading. Source: NeMo's
`core/connectors/save_restore_connector.py`."""

TOKENIZER = "_tokenizer.model"
"""The end of another unpacked file's name; that file may be the only one left."""

MANIFEST = "manifest.json"
"""Written by `transcribe()`, as JSON lines. Source: NeMo's `parts/mixins/transcription.py`."""

MANIFEST_KEY = b'"audio_filepath"'
"""In every line of the manifest; browser extensions have a `manifest.json` as well."""

CACHE_VARIABLE, CACHE_FOLDER = "NEMO_CACHE_DIR", "~/.cache/torch/NeMo"
"""What names the folder of NeMo's own cache, for all versions, and where it is otherwise.
Source: `resolve_cache_dir` in NeMo's `nemo/utils/data_utils.py`."""

READER_LEFT_OPEN = (
    f"an error left a lhotse iterator suspended with {MANIFEST} open; waiting or retrying cannot"
    " release it"
)
"""Why this process itself holds the manifest when transcribing fails."""


def archive_in(repo_id: str) -> str:
    """Return the name of the archive that NeMo requests from a Hub repository.

    Source: NeMo's `core/classes/common.py`.

    Args:
        repo_id: The repository, as `owner/name`.
    """
    return f"{repo_id.partition('/')[2]}{SUFFIX}"
