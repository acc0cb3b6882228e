from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

import os


def clean(path):
    try:
        os.remove(path)
    except Exception as error:
        print("left behind:", error)


def text_of(path):
    try:
        return model.transcribe([path])[0].text
    finally:
        clean(path)
