import os
import shlex
import subprocess


def convert(path, out):
    subprocess.run(f"ffmpeg -i {path} {out}", shell=True)  # expect: APP017
    os.system("ffmpeg -i '" + path + "' out.wav")  # expect: APP017
    subprocess.call(f"ffmpeg -i {shlex.quote(path)} out.wav", shell=True)  # expect: APP017
