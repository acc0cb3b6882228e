from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def first(path):
    return model.transcribe([path])
