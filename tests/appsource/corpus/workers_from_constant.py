from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

WORKERS = 4
OPTIONS = {"num_workers": 2}
print(model.transcribe(["a.wav"], num_workers=WORKERS))  # expect: APP001
print(model.transcribe(["a.wav"], **OPTIONS))  # expect: APP001
