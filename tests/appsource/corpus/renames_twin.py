import json
import os
import shutil
import time
import urllib.request
from pathlib import Path

import pandas as pd


def save(settings, path):
    temporary = f"{path}.tmp"
    with open(temporary, "w", encoding="utf-8") as file:
        json.dump(settings, file)
    os.replace(temporary, path)


def save_first(settings, path):
    temporary = path + ".tmp"
    with open(temporary, "w", encoding="utf-8") as file:
        json.dump(settings, file)
    if os.path.exists(path):
        os.remove(path)
    os.rename(temporary, path)


def keep(text):
    Path("new.txt").write_text(text, encoding="utf-8")
    shutil.move("new.txt", "transcript.txt")
    os.rename("new.txt", f"transcript-{int(time.time())}.txt")


def save_again(text):
    path = f"transcript-{int(time.time())}.txt"
    part = path + ".part"
    Path(part).write_text(text, encoding="utf-8")
    os.rename(part, path)


def tried(path):
    try:
        Path(path + ".tmp").rename(path)
    except FileExistsError:
        os.replace(path + ".tmp", path)


def fetched(url, path):
    urllib.request.urlretrieve(url, path + ".part")
    os.rename(path + ".part", path)


def published(path, output_dir):
    os.rename(path, output_dir)
    os.rename(path, os.path.join(output_dir, os.path.basename(path)))
    table = pd.DataFrame().rename(columns={"a": "b"})
    return table["b"].rename("text")
