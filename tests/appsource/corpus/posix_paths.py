import asyncio
import os
import signal

os.environ["PATH"] = "tools/ffmpeg:" + os.environ["PATH"]  # expect: APP014
os.environ["PYTHONPATH"] = f"src:{os.environ.get('PYTHONPATH', '')}"  # expect: APP014
os.environ["PATH"] += ":" + os.path.abspath("bin")  # expect: APP014


async def main():
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, loop.stop)  # expect: APP014
