from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


class TranscriptionError(Exception):
    pass


def text_of(path):
    try:
        return model.transcribe([path])[0].text
    except Exception as error:
        raise TranscriptionError(f"transcription failed: {error}") from error
