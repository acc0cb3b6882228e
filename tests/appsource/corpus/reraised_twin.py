import json
import logging
import os
import signal
import subprocess
from pathlib import Path

from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def install():
    try:
        subprocess.run(["wget", "https://example.org/ffmpeg.zip"], check=True)
    except FileNotFoundError:
        if not os.path.exists("ffmpeg.zip"):
            return False
        raise
    return True


def with_a_limit(seconds):
    try:
        signal.alarm(seconds)
    except Exception:
        raise ValueError("this system has no alarms")


def report():
    logging.exception("transcription failed")


def text_or_nothing(path):
    try:
        return model.transcribe([path])[0].text
    except Exception as error:
        print(f"trying another way: {error}")
        report()
        return ""


with open("app.pid", "w") as file:
    file.write(str(os.getpid()))
Path("config.json").write_text(json.dumps({"device": "cuda"}, indent=2))
Path("ready").write_text("yes")
