from faster_whisper import WhisperModel
from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def annotated(recogniser: WhisperModel, path):
    try:
        return recogniser.transcribe(path)
    except Exception as error:
        return str(error)
