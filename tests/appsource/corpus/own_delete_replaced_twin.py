import logging
import os

from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def text_of(path):
    text = ""
    try:
        text = model.transcribe([path])[0].text
        os.remove(path)
    except Exception:
        logging.exception("failed")
    return text


def texts_of(paths):
    texts = []
    for path in paths:
        try:
            texts.append(model.transcribe([path])[0].text)
            os.remove(path)
        except Exception:
            logging.exception("failed")
            continue
    return texts


def tidied(path):
    text = model.transcribe([path])[0].text
    try:
        os.remove(path)
    except OSError as error:
        status = f"left behind: {error}"
        print(status)
    return text
