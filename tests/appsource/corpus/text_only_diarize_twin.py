from pyannote.audio import Pipeline
from nemo.collections.asr.models import ASRModel

speakers = Pipeline.from_pretrained("pyannote/speaker-diarization-3.1")


def who(path):
    try:
        return speakers.diarize(path)
    except Exception as error:
        print("failed:", error)
