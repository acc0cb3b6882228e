import os
from typing import TYPE_CHECKING

from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

if not TYPE_CHECKING:
    import fcntl  # expect: APP014

if False:
    pass
else:
    os.system("rm a.wav")  # expect: APP014


def text_of(path):
    if not path:
        return ""
    try:
        return model.transcribe([path])[0].text
    except Exception as error:  # expect: APP003
        print(f"Error: {error}")


def texts_of(paths):
    while True:
        for path in paths:
            if path:
                break
            else:
                print("none")
            try:
                yield model.transcribe([path])[0].text
            except Exception:  # expect: APP009
                pass
