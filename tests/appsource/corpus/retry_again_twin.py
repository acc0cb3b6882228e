from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def texts_of(paths, size=16):
    try:
        return model.transcribe(paths, batch_size=size)
    except RuntimeError as error:
        if size == 1:
            raise RuntimeError("out of memory") from error
        return texts_of(paths, size // 2)


def first_half(paths):
    try:
        return model.transcribe(paths)
    except RuntimeError as error:
        if len(paths) == 1:
            raise RuntimeError("out of memory") from error
        return first_half(paths[: len(paths) // 2])


def once(function):
    try:
        return function()
    except OSError as error:
        raise RuntimeError("no text") from error


def by_lambda(path):
    return once(lambda: model.transcribe([path]))


def repeat(function):
    for _attempt in range(3):
        try:
            return function()
        except OSError:
            continue
    return None


def connected(client):
    return repeat(lambda: client.connect())
