import subprocess
import sys


def decode(video):
    command = ["ffmpeg", "-i", video, "-f", "s16le", "-"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for line in process.stderr:
        sys.stderr.buffer.write(line)
    process.wait()  # expect: APP015
    return process.stdout.read()
