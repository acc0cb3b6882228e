"""Say who talks when, by comparing voices; save the diarizer and load it again."""

import json
import sys
from pathlib import Path

from nemo.collections.asr.models import ClusteringDiarizer
from omegaconf import OmegaConf

work, recording = Path("work").absolute(), Path(sys.argv[3])
work.mkdir()
speech, recordings = work / "speech.rttm", work / "recordings.json"
speech.write_text(f"SPEAKER {recording.stem} 1 0.1 1.5 <NA> <NA> somebody <NA> <NA>\n")
entry = {"audio_filepath": str(recording), "offset": 0, "duration": None, "label": "infer"}
more = {"text": "-", "num_speakers": None, "rttm_filepath": str(speech), "uem_filepath": None}
recordings.write_text(json.dumps({**entry, **more}) + "\n")
config = OmegaConf.load(sys.argv[1])
config.diarizer.manifest_filepath, config.diarizer.out_dir = str(recordings), str(work / "out")
config.diarizer.speaker_embeddings.model_path = sys.argv[2]
diarizer = ClusteringDiarizer(cfg=config)
diarizer.diarize()
print((work / "out" / "pred_rttms" / f"{recording.stem}.rttm").read_text())
saved = work / "diarizer.nemo"
diarizer.save_to(str(saved))
print(type(ClusteringDiarizer.restore_from(str(saved), map_location="cpu")).__name__)
try:
    saved.write_bytes(saved.read_bytes()[:50_000])
    ClusteringDiarizer.restore_from(str(saved), map_location="cpu")
except Exception as error:
    print(f"failed: {type(error).__name__}")
