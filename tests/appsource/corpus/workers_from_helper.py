from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def make(recogniser):
    settings = recogniser.get_transcribe_config()
    settings.batch_size = 2
    return settings


print(model.transcribe(["a.wav"], override_config=make(model)))  # expect: APP001


def busy(recogniser, workers):
    settings = recogniser.get_transcribe_config()
    settings.num_workers = workers
    return settings


print(model.transcribe(["a.wav"], override_config=busy(model, 4)))  # expect: APP001
