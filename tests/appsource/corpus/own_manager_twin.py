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
        shutil.rmtree(path, ignore_errors=True)


def in_folder(path):
    with folder():
        return model.transcribe([path])


@contextlib.contextmanager
def fresh(path):
    Path(path).unlink()
    yield path


def in_fresh(path):
    with fresh(path + ".log"):
        return model.transcribe([path])


class Scratch:
    def __enter__(self):
        self.path = tempfile.mkdtemp()
        return self.path

    def __exit__(self, *_error):
        with contextlib.suppress(OSError):
            shutil.rmtree(self.path)


def in_scratch(path):
    with Scratch():
        return model.transcribe([path])


@contextlib.contextmanager
def emptied():
    path = tempfile.mkdtemp()
    yield path
    shutil.rmtree(path)


def shown(path):
    with emptied():
        print(model.transcribe([path]))


def on_a_stack(path):
    with contextlib.ExitStack() as stack:
        stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        return model.transcribe([path])
