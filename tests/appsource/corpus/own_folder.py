from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

import shutil
import tempfile


def text_of(data):
    with tempfile.TemporaryDirectory() as folder:  # expect: APP010
        return model.transcribe([folder + "/a.wav"])[0].text


def later(data):
    with tempfile.TemporaryDirectory() as folder:  # expect: APP010
        text = model.transcribe([folder + "/a.wav"])[0].text
    return text


def by_hand(data):
    folder = tempfile.mkdtemp()
    try:
        return model.transcribe([folder + "/a.wav"])[0].text
    finally:
        shutil.rmtree(folder)  # expect: APP010
