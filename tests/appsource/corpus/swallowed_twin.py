from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

import logging
from contextlib import suppress

log = logging.getLogger(__name__)


def logged(path):
    try:
        return model.transcribe([path])[0].text
    except Exception:
        log.exception("transcription failed")
        return ""


def debugged(path):
    try:
        return model.transcribe([path])[0].text
    except Exception:
        log.debug("failed", exc_info=True)
        return ""


def narrow(path):
    try:
        return model.transcribe([path])
    except KeyError:
        return None


def other(path):
    try:
        return int(path)
    except Exception:
        return None


def missing(path):
    with suppress(KeyError):
        return model.transcribe([path])


def given_on(path, errors):
    try:
        return model.transcribe([path])
    except Exception as error:
        errors.append(error)


def raised(path):
    try:
        return model.transcribe([path])
    except Exception:
        raise
