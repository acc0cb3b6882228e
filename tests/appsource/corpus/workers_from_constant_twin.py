from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

WORKERS = 0
OPTIONS = {"batch_size": 2}
print(model.transcribe(["a.wav"], num_workers=WORKERS))
print(model.transcribe(["a.wav"], **OPTIONS))
