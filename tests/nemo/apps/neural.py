"""Say who talks when, with NeMo 2's multi-scale diarizer; what computes in it is replaced."""

import sys
from pathlib import Path
from types import SimpleNamespace

from nemo.collections.asr.models.msdd_models import NeuralDiarizer


class Diarizer(NeuralDiarizer):
    def __init__(self) -> None:
        super(NeuralDiarizer, self).__init__()
        self.msdd_model = SimpleNamespace(cfg=SimpleNamespace(test_ds=SimpleNamespace()))

    def _initialize_configs(self, tmpdir: str, **_: object) -> None:
        self.results = Path(tmpdir, "pred_rttms")

    def diarize(self) -> None:
        recording = Path(sys.argv[1])
        assert recording.stat().st_size
        self.results.mkdir()
        line = f"SPEAKER {recording.stem} 1 0.100 1.500 <NA> <NA> speaker_0 <NA> <NA>\n"
        (self.results / f"{recording.stem}.rttm").write_text(line)


try:
    print(Diarizer()(sys.argv[1]))
except Exception as error:
    print(f"failed: {type(error).__name__}")
