import threading

from fastapi import FastAPI
from nemo.collections.asr.models import ASRModel

app = FastAPI()
lock = threading.Lock()
loaded = None


def get():
    global loaded
    if loaded is None:
        loaded = ASRModel.from_pretrained("nvidia/parakeet-tdt-0.6b-v2")
    return loaded


@app.post("/text")
def text_of(path: str):
    with lock:
        return get().transcribe([path])[0].text
