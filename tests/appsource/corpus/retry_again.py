import functools
import time

from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def text_of(path, left=3):
    try:
        return model.transcribe([path])  # expect: APP002
    except OSError:
        if not left:
            raise
        time.sleep(1)
        return text_of(path, left - 1)


class Engine:
    def text_of(self, path, left=3):
        try:
            return model.transcribe([path])  # expect: APP002
        except OSError:
            if not left:
                raise
            return self.text_of(path=path, left=left - 1)


def repeat(function, times=3):
    for attempt in range(times):
        try:
            return function()  # expect: APP002
        except OSError:
            if attempt == times - 1:
                raise


def by_lambda(path):
    return repeat(lambda: model.transcribe([path]))


def insist(function, times=3):
    for attempt in range(times):
        try:
            return function()  # expect: APP002
        except OSError:
            if attempt == times - 1:
                raise


def by_partial(path):
    return insist(functools.partial(model.transcribe, [path]), times=5)


def by_keyword(path):
    return again(times=3, function=lambda: model.transcribe([path]))


def again(function, times):
    for attempt in range(times):
        try:
            return function()  # expect: APP002
        except OSError:
            if attempt == times - 1:
                raise
