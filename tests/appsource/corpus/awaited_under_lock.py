import asyncio
from contextlib import asynccontextmanager

from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")
gate = asyncio.Lock()
inference_lock = asyncio.Lock()


async def text_of(path):
    async with inference_lock:
        return await asyncio.to_thread(model.transcribe, [path])


@asynccontextmanager
async def lifespan(app):
    await asyncio.to_thread(model.transcribe, ["warm.wav"])
    yield


async def unlocked(path):
    async with gate:
        print(path)
    return await asyncio.to_thread(model.transcribe, [path])  # expect: APP008
