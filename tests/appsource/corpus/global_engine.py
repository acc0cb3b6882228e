from nemo.collections.asr.models import ASRModel

_engine = None


class Engine:
    def __init__(self):
        self._model = ASRModel.from_pretrained("nvidia/parakeet-tdt-0.6b-v2").to("cuda")

    def run(self, path):
        return self._model.transcribe([path])


def get():
    global _engine
    if _engine is None:
        _engine = Engine()
    return _engine


def clicked(path):
    try:
        return get().run(path)
    except Exception as error:  # expect: APP003
        return str(error)
