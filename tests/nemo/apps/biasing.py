"""Transcribe a recording with phrases that are more likely than others."""

import sys

from nemo.collections.asr.models import ASRModel
from omegaconf import open_dict

model = ASRModel.restore_from(sys.argv[1], map_location="cpu")
decoding = model.cfg.decoding
with open_dict(decoding):
    decoding.strategy = "greedy_batch"
    decoding.greedy.boosting_tree = {"key_phrases_list": ["zero", "four"], "context_score": 1.0}
    decoding.greedy.boosting_tree_alpha = 0.5
model.change_decoding_strategy(decoding)
print(model.transcribe([sys.argv[2]], verbose=False)[0].text)
