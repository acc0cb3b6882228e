import queue
import threading

import nemo.collections.asr as nemo_asr


class Engine:
    def __init__(self):
        self.model = nemo_asr.models.ASRModel.from_pretrained("nvidia/parakeet-tdt-0.6b-v2")
        self.jobs = queue.Queue()
        self.running = True

    def start(self):
        self.thread = threading.Thread(target=self.loop, daemon=True)
        self.thread.start()

    def loop(self):
        while self.running:
            print(self.text(self.jobs.get()))

    def text(self, path):
        return self.model.transcribe([path])[0].text
