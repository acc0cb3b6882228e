"""The files that a speech-language model and its language model consist of.

Source: NeMo 3.0.0, `nemo/collections/speechlm2/parts/hf_hub.py` and `models/salm.py`;
transformers' `AutoConfig` and `AutoTokenizer`.
"""

from __future__ import annotations

from collections.abc import Iterable

CONFIG = "config.json"
WEIGHTS = "model.safetensors"
BACKBONE = "llm_backbone/"
"""The folder in which later checkpoints keep their language model's configuration."""

_TOKENIZER = (
    "tokenizer_config.json",
    "tokenizer.json",
    "tokenizer.model",
    "vocab.json",
    "merges.txt",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.jinja",
)
_TOKENIZERS = (frozenset({"tokenizer.json"}), frozenset({"vocab.json", "merges.txt"}))
"""Either of these is a tokenizer."""


def of_model(listed: Iterable[str]) -> tuple[str, ...]:
    """Return a speech-language model's files among those that a repository lists.

    Required files come first and are returned even if they are not listed.
    """
    names = set(listed)
    found = [CONFIG]
    if "tokenizer_config.json" in names:
        found += [name for name in _TOKENIZER if name in names]
    found += sorted(name for name in names if name.startswith(BACKBONE) and _is_small(name))
    return (*found, WEIGHTS)


def of_language_model(listed: Iterable[str]) -> tuple[str, ...]:
    """Return the required files of a language model; never its weights."""
    names = set(listed)
    return (CONFIG, *(name for name in _TOKENIZER if name in names))


def missing_of_model(held: Iterable[str]) -> tuple[str, ...]:
    """Return the files that a speech-language model lacks, given the existing files."""
    names = set(held)
    return tuple(name for name in (CONFIG, WEIGHTS) if name not in names)


def missing_of_language_model(held: Iterable[str]) -> tuple[str, ...]:
    """Return the files that a language model lacks, given the existing files."""
    names = set(held)
    missing = [name for name in (CONFIG, "tokenizer_config.json") if name not in names]
    if not any(each <= names for each in _TOKENIZERS):
        missing.append("tokenizer.json")
    return tuple(missing)


def _is_small(name: str) -> bool:
    return not name.endswith((".safetensors", ".bin"))
