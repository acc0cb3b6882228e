"""Transcribe a recording in overlapping pieces, without `transcribe()`."""

import sys

from nemo.collections.asr.models import ASRModel
from nemo.collections.asr.parts.utils.streaming_utils import BatchedFrameASRTDT
from omegaconf import open_dict

model = ASRModel.restore_from(sys.argv[1], map_location="cpu").eval()
decoding = model.cfg.decoding
with open_dict(decoding):
    decoding.strategy, decoding.preserve_alignments, decoding.fused_batch_size = "greedy", True, -1
model.change_decoding_strategy(decoding)
pieces = BatchedFrameASRTDT(
    asr_model=model, frame_len=1.0, total_buffer=2.0, batch_size=1, stateful_decoding=False
)
pieces.read_audio_file([sys.argv[2]], 6, 0.08)
print(pieces.transcribe(12, 6))
