from huggingface_hub import snapshot_download
from nemo.collections.asr.models import ASRModel, ParakeetModel  # expect: APP012

folder = snapshot_download("nvidia/parakeet-tdt-0.6b-v2")
model = ASRModel.from_pretrained(folder)  # expect: APP012
other = ASRModel.from_pretrained("./models/parakeet.nemo")  # expect: APP012
print(model.transcribe(paths2audio_files=["a.wav"]))  # expect: APP012
