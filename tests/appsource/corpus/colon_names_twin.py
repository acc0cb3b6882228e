import json
import os
import time
from datetime import date, datetime
from pathlib import Path

from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def saved(path):
    text = model.transcribe([path])[0].text
    stamp = datetime.now().isoformat().replace(":", "-")
    with open(f"transcript_{stamp}.txt", "w", encoding="utf-8") as file:
        file.write(text)
    with open(f"{datetime.now():%Y-%m-%d_%H-%M-%S}.txt", "w", encoding="utf-8") as file:
        file.write(f"{datetime.now().isoformat()}: {text}")
    with open(f"{date.today().isoformat()}.txt", "w", encoding="utf-8") as file:
        json.dump({"at": datetime.now().isoformat(), "text": text}, file)
    print(f"written at {datetime.now().strftime('%H:%M:%S')}")
    Path(f"{time.strftime('%Y%m%d-%H%M%S')}.txt").write_text(text, encoding="utf-8")


def row(writer, path):
    writer.write(f"{datetime.now().isoformat()},{path}\n")
    writer.writerow([str(datetime.now()), path])


def link(name):
    import requests

    return requests.get(f"https://example.org/{datetime.now().isoformat()}", timeout=9)


def on_linux():
    if os.name == "posix":
        os.makedirs(datetime.now().isoformat(), exist_ok=True)
