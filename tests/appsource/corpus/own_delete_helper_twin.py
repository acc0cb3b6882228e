from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

import os


def clean(path):
    try:
        os.remove(path)
    except Exception as error:
        print("left behind:", error)


def text_of(path):
    try:
        return model.transcribe([path])[0].text
    finally:
        clean(path)


def rewritten(path):
    try:
        return convert(path)
    except ValueError:
        os.unlink(path)
        raise


def cleans_up_only_after_an_error(path):
    text = model.transcribe([path])[0].text
    rewritten(path)
    return text


def save(text, path):
    with open(f"{path}.new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(f"{path}.new", path)


def saved(path):
    text = model.transcribe([path])[0].text
    save(text, f"{path}.txt")
    print(text)
