from fastapi import FastAPI
from nemo.collections.asr.models import ASRModel

app = FastAPI()


def make():
    return ASRModel.from_pretrained("nvidia/parakeet-tdt-0.6b-v2")


@app.post("/text")
def text_of(path: str):
    model = make()  # expect: APP008
    return model.transcribe([path])[0].text
