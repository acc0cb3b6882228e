"""Load a model."""

import sys

from nemo.collections.asr.models import ASRModel

try:
    model = ASRModel.restore_from(sys.argv[1], map_location="cpu")
    print(type(model).__name__, sum(each.numel() for each in model.parameters()))
except Exception as error:
    print(f"failed: {type(error).__name__}")
