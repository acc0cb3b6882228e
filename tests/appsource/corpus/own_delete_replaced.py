import os

from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def text_of(path):
    try:
        text = model.transcribe([path])[0].text
        os.remove(path)  # expect: APP010
    except Exception as error:  # expect: APP003
        text = f"Error: {error}"
    return text
