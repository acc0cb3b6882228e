import subprocess
import sys


def burn(video, out):
    command = ["ffmpeg", "-y", "-i", video, "-c:a", "copy", out]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for line in process.stderr:
        sys.stderr.buffer.write(line)
    process.wait()
    return process.returncode


def stream(video, out):
    command = ["ffmpeg", "-i", video, out]

    def lines():
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        yield from process.stderr
        process.wait()

    return lines()
