from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

import os
import subprocess
import tempfile
import wave

import moviepy.editor as mp


def for_nemo(data):
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:  # expect: APP011
        file.write(data)
        return model.transcribe([file.name])[0].text


def for_ffmpeg(path):
    file = tempfile.NamedTemporaryFile(suffix=".wav")  # expect: APP011
    name = file.name
    subprocess.run(["ffmpeg", "-i", path, name], check=True)
    return model.transcribe([name])[0].text


def clip(path):
    video = mp.VideoFileClip(path)
    video.audio.write_audiofile("a.wav")
    os.remove(path)  # expect: APP011


def waves(path):
    with wave.open(path) as reader:
        print(reader.getnframes())
        os.remove(path)  # expect: APP011


def descriptor():
    handle, path = tempfile.mkstemp(suffix=".wav")
    print(path)
    os.remove(path)  # expect: APP011
