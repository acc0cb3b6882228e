"""What is known about one published model."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class Prompt(str, Enum):
    """How a model learns the language, by the arguments of NeMo's `transcribe`."""

    NONE = ""
    TARGET = "target_lang"
    SOURCE_AND_TARGET = "source_lang, target_lang"


class KnownModel(Struct, frozen=True):
    """One published model.

    Attributes:
        name: The name that users know.
        repo_id: Its repository on the Hugging Face Hub.
        filename: The file to download.
        download_bytes: Size of that file, rounded.
        nemo_class: The class NeMo restores.
        extra: Our extra that installs its requirements.
        languages: The languages it knows, as its prompt names them where it has one.
        prompt: How it learns the language.
        timestamps: Whether it can say when a word was said.
        longest: Seconds of audio that it takes at once; `None` if only memory limits it.
        streaming: Whether it can also work while somebody speaks.
        common: Whether many people use it; short lists name only these.
    """

    name: str
    repo_id: str
    filename: str
    download_bytes: int
    nemo_class: str
    extra: str = "asr"
    languages: tuple[str, ...] = ("en",)
    prompt: Prompt = Prompt.NONE
    timestamps: bool = True
    longest: float | None = None
    streaming: bool = False
    common: bool = False

    @property
    def unpacks(self) -> bool:
        """Whether loading unpacks the file into TEMP, which takes its size again."""
        return self.filename.endswith(".nemo")

    def language_options(self, language: str) -> dict[str, str]:
        """Return the options of `transcribe` for a language.

        Args:
            language: One of `languages`.
        """
        named = (name for name in self.prompt.value.split(", ") if name)
        return dict.fromkeys(named, language)
