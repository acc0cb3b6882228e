"""Compare the speakers of two pairs of recordings."""

import sys

from nemo.collections.asr.models import EncDecSpeakerLabelModel

model = EncDecSpeakerLabelModel.restore_from(sys.argv[1], map_location="cpu")
first, second = sys.argv[2:]
try:
    pairs = [(first, first), (first, second)]
    print(model.verify_speakers_batch(pairs, batch_size=2, device="cpu"))
except Exception as error:
    print(f"failed: {type(error).__name__}")
