from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def quietly(function):
    def inner(path):
        try:
            return function(path)
        except Exception as error:  # expect: APP003
            return str(error)

    return inner


@quietly
def text_of(path):
    return model.transcribe([path])
