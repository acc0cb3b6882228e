import subprocess
import sys


def decode(video):
    command = ["ffmpeg", "-i", video, "-f", "s16le", "-"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for line in process.stderr:
        sys.stderr.buffer.write(line)
    process.wait()  # expect: APP015
    return process.stdout.read()


def merged(video, out):
    command = ["ffmpeg", "-y", "-i", video, out]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    process.wait()  # expect: APP015
    return process.stdout.read()


def samples(video):
    command = ["ffmpeg", "-i", video, "-f", "s16le", "pipe:1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    data = process.stdout.read()  # expect: APP015
    return data, process.stderr.read()
