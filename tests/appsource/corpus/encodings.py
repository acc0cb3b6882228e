from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

import subprocess
from pathlib import Path

text = model.transcribe(["a.wav"])[0].text
done = subprocess.run(["ffmpeg", "-i", "a.mp3"], capture_output=True, text=True)  # expect: APP016
with open("out.srt", "w") as file:  # expect: APP016
    file.write(text)
Path("out.txt").write_text(text)  # expect: APP016
words = open("words.txt").read()  # expect: APP016
