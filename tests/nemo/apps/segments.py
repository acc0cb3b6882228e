"""Say who talks when, with a Sortformer."""

import sys

from nemo.collections.asr.models import SortformerEncLabelModel

model = SortformerEncLabelModel.restore_from(sys.argv[1], map_location="cpu").eval()
try:
    print(model.diarize(audio=[sys.argv[2]], num_workers=0, verbose=False))
except Exception as error:
    print(f"failed: {type(error).__name__}")
