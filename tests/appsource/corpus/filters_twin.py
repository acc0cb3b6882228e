import os
import subprocess
import sys
from pathlib import Path

import ffmpeg


def burn(video, subtitles, output):
    name = os.path.basename(subtitles)
    command = ["ffmpeg", "-i", video, "-vf", f"subtitles={name}", output]
    subprocess.run(command, check=True, cwd=os.path.dirname(subtitles))
    command = ["ffmpeg", "-i", video, "-vf", "subtitles=" + Path(subtitles).name, output]
    subprocess.run(command, check=True)


def burn_fixed(video, output):
    subprocess.run(["ffmpeg", "-i", video, "-vf", "subtitles=text.srt", output], check=True)


def burn_named(video, output):
    subtitles = "text.srt"
    graph = "subtitles={}".format(subtitles)
    subprocess.run(["ffmpeg", "-i", video, "-vf", graph, output], check=True)


def burn_as_ffmpeg_python_does(video, subtitles, output):
    ffmpeg.input(video).filter("subtitles", subtitles).output(output).run()


def burn_on_linux(video, subtitles, output):
    if sys.platform != "win32":
        subprocess.run(["ffmpeg", "-i", video, "-vf", f"ass={subtitles}", output], check=True)


def link(name):
    return f"https://example.org/?movie={name}", f"<p class={name}>"
