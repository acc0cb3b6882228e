import os
import subprocess


def convert(path, out, rate):
    subprocess.run(["ffmpeg", "-i", path, out])
    subprocess.run(f'ffmpeg -i "{path}" -ar {rate} "{out}"', shell=True)
    os.system("nvidia-smi")


def convert(path, folder, name, lang):
    os.system("ffmpeg -i {} -metadata:s:s:0 language={} {}".format(
        '"' + path + '"', lang, os.path.join('"' + folder, name + '"')
    ))
    subtitles = "text.srt"
    os.system(f'ffmpeg -i "{path}" -i {subtitles} "{name}"')


def install(requirements):
    for requirement in requirements:
        os.system("python -m pip install " + requirement)


def clear(folder):
    if os.name == "nt":
        os.system(f'del /q "{folder}\\*"')
    else:
        os.system(f"rm -rf {folder}/*")
