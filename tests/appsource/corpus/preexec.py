import subprocess

from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def nothing():
    return None


def converted(path):
    subprocess.Popen(["ffmpeg", "-i", path, "out.wav"], preexec_fn=nothing).wait()  # expect: APP014
    return model.transcribe(["out.wav"])
