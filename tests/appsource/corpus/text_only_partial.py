from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

from functools import partial

run = partial(model.transcribe, batch_size=1)


def text_of(path):
    try:
        return run([path])
    except OSError as error:  # expect: APP003
        return repr(error)
