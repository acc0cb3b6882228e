from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

import os
import shutil
from contextlib import suppress


def caught(path):
    result = model.transcribe([path])
    try:
        os.remove(path)
    except OSError:
        print("left behind:", path)
    return result[0].text


def suppressed(path):
    try:
        return model.transcribe([path])[0].text
    finally:
        with suppress(OSError):
            os.unlink(path)


def ignored(folder):
    try:
        return model.transcribe([folder])[0].text
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def before(path, old):
    os.remove(old)
    return model.transcribe([path])[0].text


def after_printing(path):
    print(model.transcribe([path])[0].text)
    os.remove(path)


def on_error(path):
    try:
        return model.transcribe([path])[0].text
    except ValueError:
        os.remove(path)
        raise


def exit_code(path):
    try:
        print(model.transcribe([path])[0].text)
        return 0
    finally:
        os.remove(path)
