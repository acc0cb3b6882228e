from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

import os
import subprocess
import tempfile
import wave

import moviepy.editor as mp


def for_nemo(data):
    with tempfile.NamedTemporaryFile(suffix=".wav", delete=False) as file:
        file.write(data)
    return model.transcribe([file.name])[0].text


def only_named(data):
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        file.write(data)
        print(file.name)


def clip(path):
    video = mp.VideoFileClip(path)
    video.audio.write_audiofile("a.wav")
    video.close()
    os.remove(path)


def waves(path):
    with wave.open(path) as reader:
        print(reader.getnframes())
    os.remove(path)


def descriptor():
    handle, path = tempfile.mkstemp(suffix=".wav")
    os.close(handle)
    os.remove(path)
