import subprocess


def burn(video, subtitles, output):
    escaped = subtitles.replace("\\", "/").replace(":", "\\:")
    graph = f"subtitles={escaped}"  # expect: APP017
    subprocess.run(["ffmpeg", "-i", video, "-vf", graph, output], check=True)
