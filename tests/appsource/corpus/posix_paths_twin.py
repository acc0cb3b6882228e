import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

os.environ["PATH"] = "tools/ffmpeg" + os.pathsep + os.environ["PATH"]
os.environ["PATH"] = "C:\\ffmpeg\\bin;" + os.environ["PATH"]
os.environ["CUDA_VISIBLE_DEVICES"] = "0:1"
os.environ["PYTORCH_CUDA_ALLOC_CONF"] = "max_split_size_mb:512"
os.environ["LD_LIBRARY_PATH"] = "/usr/lib:" + os.environ.get("LD_LIBRARY_PATH", "")
if os.name == "posix":
    os.environ["PATH"] = "/opt/ffmpeg/bin:" + os.environ["PATH"]

CACHES = [Path.home() / ".cache", Path("/tmp/whisperx")]
ALLOWED = ["/app", "/tmp"]
SCRATCH = Path("/tmp/whisper")
SCRATCH.mkdir(parents=True, exist_ok=True)


async def expects_it():
    loop = asyncio.get_running_loop()
    try:
        loop.add_signal_handler(signal.SIGTERM, loop.stop)
    except NotImplementedError:
        pass
    with contextlib.suppress(NotImplementedError):
        loop.add_signal_handler(signal.SIGTERM, loop.stop)


async def asks():
    loop = asyncio.get_running_loop()
    if sys.platform != "win32":
        loop.add_signal_handler(signal.SIGINT, loop.stop)
