from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

from functools import lru_cache


def work(path):
    return model.transcribe([path])


@lru_cache
def text_of(path):
    return work(path)
