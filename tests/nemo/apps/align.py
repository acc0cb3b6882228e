"""Find the time of each word of a text that is known."""

import sys

import torch
from nemo.collections.asr.models import EncDecCTCModel
from nemo.collections.asr.parts.utils import aligner_utils

model = EncDecCTCModel.restore_from(sys.argv[1], map_location="cpu")
scores, *rest, utterances, step = aligner_utils.get_batch_variables(
    [sys.argv[2]], model, gt_text_batch=["stop zero four one"]
)
path = aligner_utils.viterbi_decoding(scores, *rest, torch.device("cpu"))[0]
timed = aligner_utils.add_t_start_end_to_utt_obj(utterances[0], path, step)
print([(each.t_start, each.t_end) for each in timed.segments_and_tokens if hasattr(each, "t_end")])
