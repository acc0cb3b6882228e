from typing import Any, cast

from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def run(recogniser, *given):
    transcribe = cast(Any, recogniser).transcribe
    return transcribe(*given)


def named(recogniser, *given):
    return getattr(recogniser, "transcribe")(*given)


def text_of(path):
    try:
        return run(model, [path])
    except Exception as error:  # expect: APP003
        return str(error)


def annotated(recogniser: ASRModel | None, path):
    try:
        return recogniser.transcribe([path])
    except Exception as error:  # expect: APP003
        return str(error)
