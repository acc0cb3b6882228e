import contextlib
import os

import whisper

model = whisper.load_model("base")


def after(path):
    result = model.transcribe(path)
    with contextlib.suppress(OSError):
        os.remove(path)
    return result["text"]


def printed(path):
    result = model.transcribe(path)
    print(result["text"])
    os.remove(path)


def before(path, old):
    os.remove(old)
    return model.transcribe(path)["text"]
