from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

from settings import config_for

print(model.transcribe(["a.wav"], override_config=config_for(model)))
