from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

from functools import partial

run = partial(open, mode="rb")


def bytes_of(path):
    try:
        return run(path)
    except OSError as error:
        return repr(error)
