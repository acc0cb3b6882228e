from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def second(path):
    return model.transcribe([path])
