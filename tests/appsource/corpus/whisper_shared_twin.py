import threading
from concurrent.futures import ThreadPoolExecutor

import whisper
from faster_whisper import WhisperModel

fast = WhisperModel("base")
model = whisper.load_model("base")
lock = threading.Lock()


class Job:
    def __init__(self):
        self.model = whisper.load_model("base")

    def text(self, path):
        return self.model.transcribe(path)["text"]


def alone(path):
    job = Job()
    print(job.text(path))


def quickly(path):
    segments, _ = fast.transcribe(path)
    return [segment.text for segment in segments]


def safely(path):
    with lock:
        return model.transcribe(path)["text"]


def everything(paths):
    threading.Thread(target=alone, args=(paths[0],)).start()
    with ThreadPoolExecutor(4) as pool:
        return [*pool.map(quickly, paths), *pool.map(safely, paths)]
