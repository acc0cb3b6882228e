from functools import lru_cache

import whisper
from fastapi import FastAPI

api = FastAPI()
model = None


@lru_cache(maxsize=1)
def cached(size):
    return whisper.load_model(size)


@api.on_event("startup")
def start():
    global model
    model = whisper.load_model("base")


@api.post("/text")
async def answer(path: str, size: str = "base"):
    return {"text": cached(size).transcribe(path)["text"]}


@api.post("/model")
def change(size: str):
    global model
    model = whisper.load_model(size)
    return {"model": size}


@api.post("/other")
async def other(path: str):
    return {"text": model.transcribe(path)["text"]}
