import pandas as pd
from faster_whisper import WhisperModel

model = WhisperModel("small")


def transcribed(path):
    segments, _ = model.transcribe(path)
    return " ".join(segment.text for segment in segments)


def table(paths):
    rows = []
    for path in paths:
        rows.append(transcribed(path))
    pd.DataFrame(rows).to_csv("texts.csv")  # expect: APP019
