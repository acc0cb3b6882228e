"""APP007: `channel_selector="average"`."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.checks.app.common import constant, found, keyword, over_app
from winasr_doctor.checks.app.speech import speech_of
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, Step, error
from winasr_doctor.machine.base import Machine

CODE = "APP007"

_READ = "audio, rate = soundfile.read(path, dtype='float32', always_2d=True)"
_MEAN = "model.transcribe(audio.mean(axis=1))"


def _look(app: Application) -> Iterator[Finding]:
    averaging = set(app.words.files_with("average"))
    for file in app.words.files_with("channel_selector"):
        if file in averaging and speech_of(app).may_be_nemos(file):
            yield from _averages(file)
            app.relieve()


def _averages(file: SourceFile) -> Iterator[Finding]:
    for node in _selections(file):
        yield found(
            error,
            CODE,
            file,
            node,
            'channel_selector="average" raises ValueError; NeMo\'s lhotse path does not support it',
            [
                Remedy(
                    "Mix to mono first",
                    (
                        Step("Read the file", _READ, "python"),
                        Step("Transcribe the mean over the channels", _MEAN, "python"),
                    ),
                ),
                Remedy("Use one channel", (f"In {file.spot(node)}, use channel_selector=0",)),
            ],
        )


def _selections(file: SourceFile) -> Iterator[ast.AST]:
    parts = tuple(file.index.about("average"))
    for call, _scope in (each for part in parts for each in part.calls):
        value = keyword(call, "channel_selector")
        if constant(value) == "average":
            yield call
    for target, stored, _scope in (each for part in parts for each in part.stores):
        name = target.attr if isinstance(target, ast.Attribute) else constant(target.slice)
        if name == "channel_selector" and constant(stored) == "average":
            yield target
    for node, _scope in (each for part in parts for each in part.dicts):
        for key, item in zip(node.keys, node.values, strict=True):
            if constant(key) == "channel_selector" and constant(item) == "average":
                yield item


@check(CODE)
def averages_channels(host: Machine) -> Iterable[Finding]:
    """channel_selector="average" raises ValueError.

    **What.** `channel_selector="average"` in a call, a configuration or a dictionary.
    **Why.** The documentation promises it, but the lhotse data path looks for a field of that name
    in each recording. WinError 32 on manifest.json then hides the error.
    **Decided by.** The literal value in a file of an app that uses NeMo.
    **Do.** Mix to mono before transcribing, or choose one channel by its number.
    **Source.** NeMo 3.0.0 `common/data/lhotse/dataloader.py`.
    """
    return _RUN(host)


_RUN = over_app(CODE, _look, "the app does not ask NeMo to average channels")
