from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

import logging

from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.post("/text")
async def text_of(path: str):
    try:
        return model.transcribe([path])[0].text
    except Exception as error:
        logging.exception("transcription failed")
        raise HTTPException(status_code=500, detail=str(error)) from error
