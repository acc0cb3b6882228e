from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

print(model.transcribe(["a.wav"], num_workers=4))  # winasr: ignore[APP001] Linux only
