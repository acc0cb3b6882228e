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


def samples(video):
    command = ["ffmpeg", "-loglevel", "error", "-i", video, "-f", "s16le", "pipe:1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    data = process.stdout.read()
    process.wait()
    return data, process.stderr.read()
