import contextlib
import os
import queue

from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")
jobs: queue.Queue = queue.Queue()


def worker():
    while True:
        path, answer = jobs.get()
        answer.put(model.transcribe([path])[0].text)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)  # expect: APP010


async def batches(waiting):
    while True:
        batch = await waiting.get()
        for job, result in zip(batch, model.transcribe([job.path for job in batch])):
            job.future.set_result(result)
        for job in batch:
            os.remove(job.path)  # expect: APP010
