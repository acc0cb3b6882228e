import contextlib
import shutil
import tempfile
from pathlib import Path

from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


@contextlib.contextmanager
def folder():
    path = tempfile.mkdtemp()
    try:
        yield path
    finally:
        shutil.rmtree(path)  # expect: APP010


def in_folder(path):
    with folder():
        return model.transcribe([path])


@contextlib.contextmanager
def wav(path):
    yield path
    Path(path).unlink()  # expect: APP010


def in_wav(path):
    with wav(path) as copy:
        text = model.transcribe([copy])[0].text
    return text


class Scratch:
    def __enter__(self):
        self.path = tempfile.mkdtemp()
        return self.path

    def __exit__(self, *_error):
        self.close()  # expect: APP010

    def close(self):
        shutil.rmtree(self.path)


def in_scratch(path):
    with Scratch():
        return model.transcribe([path])


def on_a_stack(path):
    with contextlib.ExitStack() as stack:
        stack.enter_context(tempfile.TemporaryDirectory())  # expect: APP010
        return model.transcribe([path])
