import contextlib
import logging
import os
import queue

from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")
jobs: queue.Queue = queue.Queue()


def worker():
    while True:
        path, answer = jobs.get()
        answer.put(model.transcribe([path])[0].text)
        with contextlib.suppress(OSError):
            os.unlink(path)


def careful():
    while True:
        path, answer = jobs.get()
        try:
            answer.put(model.transcribe([path])[0].text)
            os.unlink(path)
        except Exception:
            logging.exception("a job failed")


def until_empty():
    while not jobs.empty():
        path, answer = jobs.get()
        answer.put(model.transcribe([path])[0].text)
    os.remove("jobs.lock")
