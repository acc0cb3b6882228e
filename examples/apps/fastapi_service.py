"""A service as people write it: recordings come in as request bodies, threads transcribe them.

    python fastapi_service.py MODEL.nemo [PORT]

    curl --data-binary @speech.wav http://127.0.0.1:8000/transcribe

It never heard of winasr_doctor. Its mistakes: every request is transcribed in a thread of a pool
while the event loop waits for it, and an error becomes the text of a 500, without its class or
traceback.
"""

import os
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from nemo.collections.asr.models import ASRModel

MODEL_PATH = sys.argv[1] if len(sys.argv) > 1 else os.environ["ASR_MODEL"]
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 8000  # noqa: PLR2004

app = FastAPI()
pool = ThreadPoolExecutor(max_workers=4)
loaded: dict[str, ASRModel] = {}
turn = threading.Lock()


def transcribe(recording: bytes) -> str:
    """Return the text of a recording."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "upload.wav")
        file.write_bytes(recording)
        with turn:
            if "model" not in loaded:
                loaded["model"] = ASRModel.restore_from(MODEL_PATH, map_location="cpu")
            result = loaded["model"].transcribe([str(file)], verbose=False)
        return str(result[0].text)


@app.get("/health")
def health() -> dict[str, str]:
    """Say that the service is there."""
    return {"status": "ok"}


@app.post("/transcribe")
async def transcribe_upload(request: Request) -> JSONResponse:
    """Transcribe the recording in the request's body."""
    body = await request.body()
    try:
        return JSONResponse({"text": pool.submit(transcribe, body).result()})
    except Exception as error:  # noqa: BLE001 - one of the mistakes
        return JSONResponse({"error": str(error)}, status_code=500)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="warning")
