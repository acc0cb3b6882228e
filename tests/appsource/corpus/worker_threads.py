import queue
import threading

import nemo.collections.asr as nemo_asr

model = nemo_asr.models.ASRModel.from_pretrained("nvidia/parakeet-tdt-0.6b-v2")
jobs = queue.Queue()


def work():
    while True:
        print(text(jobs.get()))


def once():
    print(text("a.wav"))


def text(path):
    return model.transcribe([path])[0].text


def start(number):
    for _ in range(number):
        threading.Thread(target=work).start()  # expect: APP008
    threading.Thread(target=once).start()  # expect: APP008
