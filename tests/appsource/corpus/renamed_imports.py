import wave
from io import open as open_text
from os import fork as split
from os import remove as delete
from tempfile import mkstemp as make

from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def written(text):
    with open_text("transcript.txt", "w") as file:  # expect: APP016
        file.write(text)


def forked():
    return split()  # expect: APP014


def made(text):
    _, path = make(suffix=".wav")
    print(text, model.transcribe([path])[0].text)
    delete(path)  # expect: APP011


def deleted(path):
    reader = wave.open(path)
    delete(path)  # expect: APP011
    return reader.getnframes()
