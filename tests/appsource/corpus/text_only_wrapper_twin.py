from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

import traceback


def safely(function, *given):
    try:
        return function(*given)
    except Exception as error:
        traceback.print_exc()
        print("failed:", error)


safely(model.transcribe, ["a.wav"])
