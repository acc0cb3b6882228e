from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def make(recogniser):
    settings = recogniser.get_transcribe_config()
    settings.num_workers = 0
    return settings


print(model.transcribe(["a.wav"], override_config=make(model)))


def quiet(recogniser, workers):
    settings = recogniser.get_transcribe_config()
    setattr(settings, "num_workers", workers)
    return settings


print(model.transcribe(["a.wav"], override_config=quiet(model, 0)))
