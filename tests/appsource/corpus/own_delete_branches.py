from importlib import import_module
import os
import tempfile
from pathlib import Path

nemo_asr = import_module("nemo.collections.asr")
model = nemo_asr.models.ASRModel.from_pretrained("nvidia/parakeet-tdt-0.6b-v2")


def into_a_dict(path, detailed):
    answer = {}
    if detailed:
        answer["text"] = model.transcribe([path], timestamps=True)[0].text
    else:
        answer["text"] = model.transcribe([path])[0].text
    if os.path.exists(path):
        os.remove(path)  # expect: APP010
    answer["file"] = path
    return answer


def in_the_second_way(samples):
    try:
        return model.transcribe(samples)
    except Exception:
        with tempfile.NamedTemporaryFile(suffix=".wav", delete=False) as file:
            path = Path(file.name)
        try:
            return model.transcribe([str(path)])
        finally:
            path.unlink(missing_ok=True)  # expect: APP010
