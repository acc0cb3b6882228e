"""Transcribe a recording, then once more with the time of each word."""

import sys

from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from(sys.argv[1], map_location="cpu")
try:
    print(model.transcribe([sys.argv[2]], verbose=False)[0].text)
    timed = model.transcribe([sys.argv[2]], timestamps=True, verbose=False)[0]
    print([(each["word"], each["start"]) for each in timed.timestamp["word"]])
except Exception as error:
    print(f"failed: {type(error).__name__}")
