import os
import subprocess


def convert(path, out, rate):
    subprocess.run(["ffmpeg", "-i", path, out])
    subprocess.run(f'ffmpeg -i "{path}" -ar {rate} "{out}"', shell=True)
    os.system("nvidia-smi")
