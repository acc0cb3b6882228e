from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def safely(function, *given):
    try:
        return function(*given)
    except Exception as error:  # expect: APP003
        print("failed:", error)


safely(model.transcribe, ["a.wav"])
