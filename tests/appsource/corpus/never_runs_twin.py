import os
from typing import TYPE_CHECKING

from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

if TYPE_CHECKING:
    import fcntl

if False:
    os.system("rm a.wav")


def text_of(path):
    return model.transcribe([path])[0].text
    try:
        return model.transcribe([path])[0].text
    except Exception as error:
        print(f"Error: {error}")


def texts_of(paths):
    for path in paths:
        if path:
            yield model.transcribe([path])[0].text
            continue
        else:
            break
        try:
            yield model.transcribe([path])[0].text
        except Exception:
            pass
