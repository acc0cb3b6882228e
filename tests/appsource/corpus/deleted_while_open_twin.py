import contextlib
import os
import tempfile

import soundfile as sf
from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def after_the_with(audio):
    with tempfile.NamedTemporaryFile(suffix=".wav", delete=False) as file:
        path = file.name
    try:
        sf.write(path, audio, 16000)
        print(model.transcribe([path])[0].text)
    finally:
        os.unlink(path)


def closed(upload):
    file = tempfile.NamedTemporaryFile(suffix=".wav", delete=False)
    file.write(upload)
    file.close()
    print(model.transcribe([file.name])[0].text)
    os.unlink(file.name)


def rebound(audio):
    file = tempfile.NamedTemporaryFile(suffix=".wav", delete=False)
    path = file.name
    with open(path, "rb") as file:
        print(model.transcribe([path])[0].text, file.read(4))
    os.unlink(path)


def closed_first(audio):
    fd, path = tempfile.mkstemp(suffix=".wav")
    os.close(fd)
    sf.write(path, audio, 16000)
    print(model.transcribe([path])[0].text)
    os.remove(path)


def suppressed(audio):
    fd, path = tempfile.mkstemp(suffix=".wav")
    with os.fdopen(fd, "wb") as file:
        sf.write(file, audio, 16000)
    print(model.transcribe([path])[0].text)
    with contextlib.suppress(OSError):
        os.remove(path)
