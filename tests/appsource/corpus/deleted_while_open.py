import os
import tempfile
import wave
from pathlib import Path

import soundfile as sf
from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def inside_the_with(audio):
    with tempfile.NamedTemporaryFile(suffix=".wav", delete=False) as file:
        sf.write(file.name, audio, 16000)
        try:
            return model.transcribe([file.name])[0].text
        finally:
            os.unlink(file.name)  # expect: APP010, APP011


def by_another_name(upload):
    with tempfile.NamedTemporaryFile(delete=False) as file:
        path = file.name
        file.write(upload)
        print(model.transcribe([path])[0].text)
        os.remove(path)  # expect: APP011


def never_closed(upload):
    file = tempfile.NamedTemporaryFile(suffix=".wav", delete=False)
    file.write(upload)
    file.flush()
    text = model.transcribe([file.name])[0].text
    os.unlink(file.name)  # expect: APP010, APP011
    return text


def descriptor(audio):
    fd, path = tempfile.mkstemp(suffix=".wav")
    sf.write(path, audio, 16000)
    print(model.transcribe([path])[0].text)
    Path(path).unlink()  # expect: APP011


def twice(frames):
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:  # expect: APP011
        with wave.open(file.name, "wb") as out:
            out.writeframes(frames)
        print(model.transcribe([file.name])[0].text)
