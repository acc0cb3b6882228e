import os
import shutil
from datetime import datetime
from pathlib import Path

import soundfile as sf
from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def saved(path):
    text = model.transcribe([path])[0].text
    with open(f"transcript_{datetime.now().isoformat()}.txt", "w", encoding="utf-8") as file:  # expect: APP020
        file.write(text)


def named(audio):
    stamp = datetime.now().strftime("%Y-%m-%d_%H:%M:%S")
    name = f"recording_{stamp}.wav"
    sf.write(name, audio, 16000)  # expect: APP020
    return model.transcribe([name])


def in_a_folder(out):
    target = Path(out) / (str(datetime.now()) + ".txt")
    target.write_text("", encoding="utf-8")  # expect: APP020


def folder():
    os.makedirs(os.path.join("runs", datetime.now().strftime("%H:%M")), exist_ok=True)  # expect: APP020


def moved(path):
    shutil.move(path, f"{datetime.now():%Y-%m-%d %H:%M}.wav")  # expect: APP020
