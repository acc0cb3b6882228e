import logging
import os

from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def all_of(paths, out):
    try:
        for path in paths:
            text = model.transcribe([path])[0].text
            out.put(text)
            os.remove(path)
            print("done", len(text))
    except Exception:
        logging.exception("failed")


def safe_unlink(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
    except Exception:
        return


def text_of(path):
    try:
        return model.transcribe([path])[0].text
    finally:
        safe_unlink(path)
