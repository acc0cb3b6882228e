from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def text_of(path):
    for attempt in range(3):
        try:
            return model.transcribe([path])
        except ValueError as error:
            raise RuntimeError("no text") from error


def serve(requests):
    while True:
        try:
            for request in requests:
                for attempt in range(3):
                    if request.ready:
                        break
                print(model.transcribe([request.path]))
        except KeyError:
            requests.clear()


def quiet(path):
    try:
        return model.transcribe([path])
    except Exception as error:
        return error


def asked_again(path):
    while True:
        try:
            return quiet(path)
        except OSError:
            continue
