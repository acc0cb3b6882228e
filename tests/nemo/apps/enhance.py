"""Remove the noise of a recording."""

import sys
from pathlib import Path

from nemo.collections.audio.models.enhancement import EncMaskDecAudioToAudioModel

model = EncMaskDecAudioToAudioModel.restore_from(sys.argv[1], map_location="cpu")
try:
    (enhanced,) = model.process([sys.argv[2]], "enhanced", num_workers=0)
    print(Path(enhanced).name, Path(enhanced).stat().st_size)
except Exception as error:
    print(f"failed: {type(error).__name__}")
