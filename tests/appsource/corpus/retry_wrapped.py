from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

from tenacity import retry


def work(path):
    return model.transcribe([path])


@retry
def text_of(path):
    return work(path)  # expect: APP002
