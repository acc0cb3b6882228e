from huggingface_hub import snapshot_download
from nemo.collections.asr.models import ASRModel, ClusteringDiarizer
from nemo.collections.speechlm2.models import SALM

folder = snapshot_download("nvidia/canary-qwen-2.5b")
chat = SALM.from_pretrained(folder)
model = ASRModel.from_pretrained("nvidia/parakeet-tdt-0.6b-v2")
local = ASRModel.restore_from("./models/parakeet.nemo")
print(model.transcribe(audio=["a.wav"]))
ClusteringDiarizer(cfg={}).diarize(paths2audio_files=["a.wav"])
