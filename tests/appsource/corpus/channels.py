from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

print(model.transcribe(["a.wav"], channel_selector="average"))  # expect: APP007
