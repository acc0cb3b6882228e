import multiprocessing as mp
import os
import signal
import subprocess
import sys

context = mp.get_context("spawn")
path = os.path.join(os.environ["TEMP"], "recording.wav")


def stop(process):
    if sys.platform != "win32":
        os.kill(process.pid, signal.SIGKILL)
    else:
        process.kill()


def tidy(name):
    subprocess.run(["ffmpeg", "-i", name, "a.wav"])
    subprocess.run([sys.executable, "part.py"])
    print("not /tmp", name.startswith("/tmp/"))


def serve(run):
    try:
        import uvloop
    except ImportError:
        pass
    else:
        uvloop.install()
    run()
