from concurrent.futures import ThreadPoolExecutor

import whisper


class Engine:
    def __init__(self):
        self.model = whisper.load_model("base")

    def text(self, path):
        return self.model.transcribe(path)["text"]


def made():
    engine = Engine()
    return engine


shared = made()


def everything(paths):
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(shared.text, paths))  # expect: APP008
