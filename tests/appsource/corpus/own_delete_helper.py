from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

import os


def clean(path):
    if os.path.exists(path):
        os.remove(path)


def text_of(path):
    try:
        return model.transcribe([path])[0].text
    finally:
        clean(path)  # expect: APP010


def tidied(text, path):
    os.remove(path)
    return text.strip()


def through_a_helper(path):
    text = model.transcribe([path])[0].text
    text = tidied(text, path)  # expect: APP010
    return text
