from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

import tempfile


def text_of(data):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        return model.transcribe([folder + "/a.wav"])[0].text


def other(data):
    with tempfile.TemporaryDirectory() as folder:
        print(folder)
    return model.transcribe(["a.wav"])[0].text


def printed(path):
    with tempfile.TemporaryDirectory() as folder:
        print(folder, model.transcribe([path])[0].text)
