import subprocess


def escaped(path):
    return str(path).replace("\\", "/").replace(":", "\\:")


def burn(video, subtitles, output):
    graph = f"subtitles='{escaped(subtitles)}'"
    subprocess.run(["ffmpeg", "-i", video, "-vf", graph, output], check=True)


def burn_named(video, subtitles, output):
    name = subtitles.replace("\\", "/").replace(":", "\\:")
    graph = f"ass='{name}'"
    subprocess.run(["ffmpeg", "-i", video, "-vf", graph, output], check=True)


def burn_given(video, ready, output):
    graph = f"ass='{ready}'"
    subprocess.run(["ffmpeg", "-i", video, "-vf", graph, output], check=True)
