"""The names that version 0.1 used for the causes of some known errors."""

from __future__ import annotations

from types import MappingProxyType

KINDS = MappingProxyType(
    {
        "gpu-out-of-memory": "out-of-gpu-memory",
        "ct2-oom": "out-of-gpu-memory",
        "audio-unreadable-lhotse": "unreadable-audio",
        "soundfile-format": "unreadable-audio",
        "librosa-nobackend": "unreadable-audio",
        "nemo-lhotse-sampler": "lhotse-too-old",
        "nemo-abstract-class": "hidden-import-error",
        "nemo-sigkill": "nemo-too-old",
        "hub-revision": "revision",
        "nemo-salm-tokenizer": "language-model-missing",
        "nemo-hub-asked-offline": "not-cached",
        "hub-not-cached": "not-cached",
        "hub-gated": "no-access",
        "hub-repo-not-found": "no-access",
        "nemo-no-revision": "no-revision-argument",
        "nemo-archive-damaged": "broken-weights",
        "safetensors-damaged": "broken-weights",
        "torch-file-damaged": "broken-weights",
        "nemo-salm-peft": "peft-missing",
        "spawn-workers": "spawn",
        "winerror-1455": "commit-limit",
        "hub-disk-full": "disk-full",
        "hub-symlink-1314": "symlink-right",
        "sb-symlink": "symlink-right",
        "torch-dll-126": "dll",
        "torch-dll-127": "dll",
        "dll-193": "dll",
        "ram-out-of-memory": "out-of-memory",
        "nemo-load-locked": "locked-file",
        "transcribe-hidden-by-lock": "locked-file",
        "winerror-32": "locked-file",
    }
)
"""Id of an entry to its name in `Diagnosis.kind`; newer entries use their id."""
