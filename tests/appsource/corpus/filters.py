import os
import subprocess
import tempfile

import ffmpeg


def burn(video, subtitles, output):
    try:
        command = ["ffmpeg", "-i", video, "-vf", f"subtitles={subtitles}", output]  # expect: APP017
        subprocess.run(command, check=True)
    except subprocess.CalledProcessError as error:
        print(error)


def burn_quoted(video, output):
    path = os.path.join(tempfile.gettempdir(), "text.ass")
    style = ":force_style='FontSize=20'"
    graph = "[0:v]scale=640:-2,ass='" + path + "'" + style  # expect: APP017
    subprocess.run(["ffmpeg", "-i", video, "-filter_complex", graph, output], check=True)


def burn_with_slashes(video, path, output):
    path = path.replace("\\", "/")
    graph = "subtitles=filename='{}'".format(path)  # expect: APP017
    ffmpeg.input(video).output(output, vf=graph).run()


def titled(video, font, output):
    graph = "drawtext=fontfile=%s:text=Hello" % font  # expect: APP017
    subprocess.run(["ffmpeg", "-i", video, "-vf", graph, output], check=True)
