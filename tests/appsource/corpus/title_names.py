import os

import yt_dlp
from nemo.collections.asr.models import ASRModel
from pytube import YouTube

model = ASRModel.restore_from("m.nemo")


def from_a_dict(url):
    with yt_dlp.YoutubeDL({"outtmpl": "audio.%(ext)s"}) as ydl:
        info = ydl.extract_info(url)
    text = model.transcribe(["audio.wav"])[0].text
    with open(f"{info['title']}.txt", "w", encoding="utf-8") as file:  # expect: APP020
        file.write(text)


def through_names(info, out):
    title = info.get("title", "video").strip().replace(" ", "_")
    os.makedirs(os.path.join(out, title), exist_ok=True)  # expect: APP020
    os.rename("audio.wav", "%s/%s.wav" % (out, title))  # expect: APP020


def formatted(info, text):
    path = "{name}.txt".format(name=info["fulltitle"])
    with open(path, "w", encoding="utf-8") as file:  # expect: APP020
        file.write(text)


def downloaded(url):
    video = YouTube(url)
    title = video.title
    video.streams.first().download(filename=f"{title}.mp4")  # expect: APP020
