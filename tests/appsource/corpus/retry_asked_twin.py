from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def first_of(paths):
    while paths:
        try:
            return model.transcribe(paths)
        except ValueError:
            for path in paths:
                if path.endswith(".wav"):
                    continue
                print(path)
            raise


def in_some_mode(paths):
    for number, mode in enumerate([{"timestamps": True}, {"timestamps": False}], 1):
        options = {"audio": paths, **mode}
        try:
            return model.transcribe(**options)
        except Exception:
            if number == 1:
                continue
            raise
