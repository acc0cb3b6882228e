import os

import whisper
from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def show(error):
    print("see the log", error)


def all_of(paths, out):
    try:
        with open(out, "w", encoding="utf-8") as file:
            for path in paths:
                result = model.transcribe([path])
                os.remove(path)  # expect: APP010
                text = result[0].text
                file.write(text)
    except Exception as error:  # expect: APP003
        print(f"failed: {error}")


def with_whisper(paths, out):
    slow = whisper.load_model("base")
    try:
        for path in paths:
            result = slow.transcribe(path)
            os.remove(path)  # expect: APP010
            out.put(result["text"])
    except Exception as error:
        show(error)
