from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

import os
import shutil
from contextlib import suppress
from pathlib import Path


def removed(path):
    result = model.transcribe([path])
    os.remove(path)  # expect: APP010
    return result[0].text


def in_finally(path):
    try:
        return model.transcribe([path])[0].text
    finally:
        os.unlink(path)  # expect: APP010


def only_missing(path):
    text = model.transcribe([path])[0].text
    try:
        os.remove(path)  # expect: APP010
    except FileNotFoundError:
        pass
    return text


def missing_ok(path):
    text = model.transcribe([path])[0].text
    Path(path).unlink(missing_ok=True)  # expect: APP010
    return text


def suppressed_missing(path):
    text = model.transcribe([path])[0].text
    with suppress(FileNotFoundError):
        os.remove(path)  # expect: APP010
    return text


def moved(path, done):
    text = model.transcribe([path])[0].text
    shutil.move(path, done)  # expect: APP010
    return text


def many(paths):
    texts = []
    for path in paths:
        texts.append(model.transcribe([path])[0].text)
        os.remove(path)  # expect: APP010
    return texts
