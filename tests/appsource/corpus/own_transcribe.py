from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


class Recogniser:
    def transcribe(self, path):
        return path.upper()


def text_of(path):
    recogniser = Recogniser()
    try:
        return recogniser.transcribe(path)
    except Exception as error:
        return str(error)
