from fastapi import FastAPI
from nemo.collections.asr.models import ASRModel

app = FastAPI()
loaded = None


def get():
    global loaded
    if loaded is None:
        loaded = ASRModel.from_pretrained("nvidia/parakeet-tdt-0.6b-v2")
    return loaded


@app.post("/text")
def text_of(path: str):
    model = get()
    return model.transcribe([path])[0].text  # expect: APP008
