import os
import subprocess

from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


class SpeechError(Exception):
    pass


def install():
    try:
        subprocess.run(["wget", "https://example.org/ffmpeg.zip"], check=True)  # expect: APP014
    except Exception as error:
        print(f"no ffmpeg: {error}")
        raise


def restart():
    subprocess.run("./restart.sh")  # expect: APP014


def text_of(path):
    try:
        return model.transcribe([path])[0].text
    except Exception as error:
        raise SpeechError(f"no text: {error}") from error


def text_or_nothing(path):
    try:
        return text_of(path)
    except Exception as error:  # expect: APP003
        print(f"trying another way: {error}")
        return converted(path)


def converted(path):
    if not os.path.exists(path):
        raise FileNotFoundError(path)
    return ""
