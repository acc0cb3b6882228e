"""Lists the models on offer, each with what is needed to use it on this computer."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from winasr_doctor._util.installation import install_extra, is_installed
from winasr_doctor._util.workers import Budget
from winasr_doctor.asr.models import TINY, TINY_FILE, find_model
from winasr_doctor.checks.advice import gigabytes
from winasr_doctor.frameworks.nemo.names import PACKAGE, SUFFIX
from winasr_doctor.machine.base import Unreadable
from winasr_doctor.machine.live.hub_cache import cached
from winasr_doctor.machine.model import HubCache
from winasr_doctor.models.known import KNOWN_MODELS, known_model
from winasr_doctor.models.model import KnownModel
from winasr_doctor.models.published import DIARIZERS
from winasr_doctor.ui import texts

SECONDS = 2.0
"""Seconds that searching the cache may take."""

ENTRIES = 20_000

_PACKAGES = {"asr": (PACKAGE, "torch"), "canary": (PACKAGE, "torch", "peft", "accelerate")}
"""Extra to the packages that must be installed. Source: NEM004."""


class ModelState(str, Enum):
    """What is needed to use a model."""

    READY = "ready"
    DOWNLOAD = "download"
    EXTRA = "extra"
    MISSING = "missing"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Choice:
    """One model in the list.

    Attributes:
        name: The argument for `load_model`.
        state: What is needed to use it.
        note: The same in readable form.
        download_bytes: Bytes to download; 0 if it is already here.
        path: The local file, if known.
        repo_id: Its repository; `None` for a local file.
        unpacked_bytes: Bytes that loading writes below TEMP.
    """

    name: str
    state: ModelState
    note: str
    download_bytes: int = 0
    path: str | None = None
    repo_id: str | None = None
    unpacked_bytes: int = 0

    @property
    def known(self) -> KnownModel | None:
        """What is known of it; `None` for somebody's own model."""
        return known_model(self.repo_id) if self.repo_id else None

    @property
    def label(self) -> str:
        """The text in the list."""
        shown = Path(self.name).name if self.path == self.name else self.name
        return f"{shown}: {self.note}"


def choices(
    given: Sequence[str] = (),
    *,
    cache: HubCache | None = None,
    installed: Callable[[str], bool] = is_installed,
    blocked: Mapping[str, str] | None = None,
) -> tuple[Choice, ...]:
    """Return the models on offer: first those given, then the bundled one, then the known ones.

    Args:
        given: `.nemo` files, names or repositories from the command line.
        cache: The Hub's local cache; `None` if it cannot be read.
        installed: Returns whether a package is installed.
        blocked: Model to the code of the finding that prevents loading it.
    """
    found = {each.name: each for each in (_bundled(), *(_known(m, cache) for m in KNOWN_MODELS))}
    ordered = [found.get(name) or _given(name) for name in given]
    ordered += [each for name, each in found.items() if name not in given]
    return tuple(_judged(each, installed, blocked or {}) for each in ordered)


def diarizers(*, cache: HubCache | None = None) -> tuple[Choice, ...]:
    """Return the models on offer that tell speakers apart; the newest first."""
    return tuple(_known(model, cache) for model in reversed(DIARIZERS))


def typed(name: str, known: Mapping[str, Choice]) -> Choice:
    """Return the model that somebody chose or typed: never another one.

    Args:
        name: A name in the list, another name of a known model, a repository of the Hub, or a path;
            in quotes, as Windows copies paths, or without.
        known: The list.

    Raises:
        UnknownModelError: It is none of these.
    """
    plain = name.strip().strip('"').strip()
    if plain in known:
        return known[plain]
    source = find_model(plain)
    same = (each for each in known.values() if source.repo_id and each.repo_id == source.repo_id)
    return next(same, None) or _given(source.path or plain)


def read_cache() -> HubCache | None:
    """Read the Hub's local cache; `None` if that is not possible in time."""
    try:
        return cached(os.environ, Budget(SECONDS, ENTRIES))
    except (Unreadable, OSError):
        return None


def _bundled() -> Choice:
    return Choice(
        TINY,
        ModelState.READY,
        texts.BUNDLED,
        path=str(TINY_FILE),
        unpacked_bytes=TINY_FILE.stat().st_size if TINY_FILE.exists() else 0,
    )


def _given(name: str) -> Choice:
    if not name.lower().endswith(SUFFIX) and not Path(name).exists():
        return Choice(name, ModelState.DOWNLOAD, texts.DOWNLOAD.format(size="some GB"))
    try:
        size = Path(name).stat().st_size
    except OSError:
        return Choice(name, ModelState.MISSING, texts.MISSING_FILE, path=name)
    return Choice(name, ModelState.READY, texts.GIVEN, path=name, unpacked_bytes=size)


def _known(model: KnownModel, cache: HubCache | None) -> Choice:
    path = _local(model, cache)
    unpacked = model.download_bytes if model.unpacks else 0
    size = gigabytes(model.download_bytes)
    here = path is not None
    return Choice(
        model.name,
        ModelState.READY if here else ModelState.DOWNLOAD,
        texts.LOCAL if here else texts.DOWNLOAD.format(size=size),
        download_bytes=0 if here else model.download_bytes,
        path=path,
        repo_id=model.repo_id,
        unpacked_bytes=unpacked,
    )


def _local(model: KnownModel, cache: HubCache | None) -> str | None:
    repo = cache.repo(model.repo_id) if cache is not None else None
    if cache is None or repo is None:
        return None
    folder = Path(cache.path, "models--" + repo.repo_id.replace("/", "--"), "snapshots")
    for commit, names in repo.snapshots.items():
        if model.filename in names:
            return str(folder / commit / model.filename)
    return None


def _judged(choice: Choice, installed: Callable[[str], bool], blocked: Mapping[str, str]) -> Choice:
    """Replace the model's own state by what is missing, or by the finding that blocks it."""
    extra = next((m.extra for m in KNOWN_MODELS if m.name == choice.name), "asr")
    state, note = choice.state, choice.note
    if any(not installed(package) for package in _PACKAGES["asr"]):
        state, note = ModelState.EXTRA, texts.NEEDS_EXTRA.format(install=install_extra("asr"))
    elif any(not installed(package) for package in _PACKAGES[extra]):
        state, note = ModelState.EXTRA, texts.NEEDS_CANARY
    elif choice.name in blocked:
        state, note = ModelState.BLOCKED, texts.BLOCKED_BY.format(code=blocked[choice.name])
    return replace(choice, state=state, note=note)
