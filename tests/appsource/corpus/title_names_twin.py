import os
import re

import yt_dlp
from nemo.collections.asr.models import ASRModel
from pytubefix import YouTube
from yt_dlp.utils import sanitize_filename

model = ASRModel.restore_from("m.nemo")


def cleaned(info, text):
    name = re.sub(r'[<>:"/\\|?*]', "_", info["title"])
    with open(f"{name}.txt", "w", encoding="utf-8") as file:
        file.write(text)


def by_the_library(info, text):
    with open(sanitize_filename(info["title"]) + ".txt", "w", encoding="utf-8") as file:
        file.write(text)


def replaced(info):
    title = info["title"].replace("/", "_").replace(":", "-").replace("?", "")
    os.makedirs(title, exist_ok=True)


def by_its_id(info, text):
    with open(f"{info['id']}.txt", "w", encoding="utf-8") as file:
        file.write(f"{info['title']}\n{text}")


def downloaded(url):
    video = YouTube(url)
    video.streams.first().download(filename=f"{video.title}.mp4")


def in_headings(words):
    return [f"# {each}".title() for each in words]
