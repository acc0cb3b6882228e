import time

from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def wait(attempt):
    time.sleep(attempt)
    return attempt < 2


def transcribe(paths):
    for attempt in range(3):
        try:
            return model.transcribe(paths)  # expect: APP002
        except Exception:
            if wait(attempt):
                continue
            raise
