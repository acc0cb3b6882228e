import logging

import nemo.collections.asr as nemo_asr


class Engine:
    def __init__(self):
        self.model = nemo_asr.models.ASRModel.from_pretrained("nvidia/parakeet-tdt-0.6b-v2")

    def text(self, path):
        try:
            return self.model.transcribe([path])[0].text
        except Exception:
            logging.exception("transcription failed")
            raise
