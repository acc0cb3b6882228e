from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def quietly(function):
    def inner(path):
        try:
            return function(path)
        except Exception as error:
            return str(error)

    return inner


@quietly
def size_of(path):
    return len(path)


print(model.transcribe([size_of("a.wav")]))
