"""Transcribe a recording piece by piece with a model that remembers what it has heard."""

import sys

import torch
from nemo.collections.asr.models import EncDecCTCModel
from nemo.collections.asr.parts.utils.streaming_utils import CacheAwareStreamingAudioBuffer

model = EncDecCTCModel.restore_from(sys.argv[1], map_location="cpu").eval()
pieces = CacheAwareStreamingAudioBuffer(model=model)
pieces.append_audio_file(sys.argv[2], stream_id=-1)
cache = model.encoder.get_initial_cache_state(batch_size=1)
heard = predicted = None
with torch.inference_mode():
    for piece, length in pieces:
        predicted, texts, *cache, heard = model.conformer_stream_step(
            processed_signal=piece,
            processed_signal_length=length,
            cache_last_channel=cache[0],
            cache_last_time=cache[1],
            cache_last_channel_len=cache[2],
            keep_all_outputs=pieces.is_buffer_empty(),
            previous_hypotheses=heard,
            previous_pred_out=predicted,
            return_transcription=True,
        )
print(texts[0].text)
