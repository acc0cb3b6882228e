from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

import logging
from contextlib import suppress

log = logging.getLogger(__name__)


def empty(path):
    try:
        return model.transcribe([path])[0].text
    except Exception:  # expect: APP009
        return ""


def nothing():
    try:
        return ASRModel.restore_from("b.nemo")
    except Exception as error:  # expect: APP009
        return None


def passed(path):
    text = None
    try:
        text = model.transcribe([path])
    except:  # expect: APP009
        pass
    return text


def whispered(path):
    try:
        return model.transcribe([path])
    except Exception as error:  # expect: APP009
        log.debug("failed: %s", error)


def suppressed(path):
    with suppress(Exception):  # expect: APP009
        return model.transcribe([path])


def finally_returns(path):
    text = ""
    try:
        text = model.transcribe([path])[0].text
    finally:
        return text  # expect: APP009


def fixed_words(path):
    try:
        return model.transcribe([path])[0].text
    except Exception:  # expect: APP009
        print("something went wrong")
