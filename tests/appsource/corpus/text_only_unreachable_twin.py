import logging

from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def text_of(path):
    try:
        return model.transcribe([path])[0].text
    except Exception:
        logging.exception("transcription failed")
        raise
    except Exception as error:
        print(f"Error: {error}")
        return ""
