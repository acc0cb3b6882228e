"""Save a model that was built from its configuration."""

import sys

from nemo.collections.asr.models import EncDecCTCModel
from omegaconf import OmegaConf

model = EncDecCTCModel(OmegaConf.load(sys.argv[1]))
try:
    model.save_to(sys.argv[2])
    print("saved")
except Exception as error:
    print(f"failed: {type(error).__name__}")
