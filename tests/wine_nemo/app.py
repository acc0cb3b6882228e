"""A script that never heard of winasr_doctor: `app.py MODEL RECORDING STEREO`."""

import sys

from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from(sys.argv[1], map_location="cpu")
print("TEXT:", model.transcribe([sys.argv[2]], verbose=False)[0].text, flush=True)
try:
    model.transcribe([sys.argv[3]], verbose=False)
except Exception as error:
    print(
        f"STEREO: {type(error).__name__}, WinError {getattr(error, 'winerror', None)}", flush=True
    )
