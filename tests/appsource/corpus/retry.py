from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def text_of(path):
    for attempt in range(3):
        try:
            return model.transcribe([path])  # expect: APP002
        except OSError:  # expect: APP009
            continue
