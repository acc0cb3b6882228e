import json
import os
import subprocess
from pathlib import Path

SETTINGS = Path("settings.json")


def save(settings, path):
    temporary = f"{path}.tmp"
    with open(temporary, "w", encoding="utf-8") as file:
        json.dump(settings, file)
    os.rename(temporary, path)  # expect: APP014


def save_settings(settings):
    part = SETTINGS.with_suffix(".part")
    part.write_text(json.dumps(settings), encoding="utf-8")
    part.rename(SETTINGS)  # expect: APP014


def convert(video):
    command = ["ffmpeg", "-i", video, "-ar", "16000", "louder.mp4"]
    subprocess.run(command, check=True)
    os.rename("louder.mp4", video)  # expect: APP014


def keep(text):
    Path("new.txt").write_text(text, encoding="utf-8")
    os.rename("new.txt", "transcript.txt")  # expect: APP014
