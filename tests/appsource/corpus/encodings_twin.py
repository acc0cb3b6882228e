from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

import json
import os
import subprocess
from pathlib import Path

text = model.transcribe(["a.wav"])[0].text
done = subprocess.run(["ffmpeg", "-i", "a.mp3"], capture_output=True)
with open("out.srt", "w", encoding="utf-8") as file:
    file.write(text)
with open("out.json", "w") as file:
    json.dump({"text": text}, file)
with open("a.wav", "rb") as file:
    file.read()
Path("out.txt").write_text(text, encoding="utf-8")
with open(os.devnull, "w") as nothing:
    print("quiet", file=nothing)
subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True)
