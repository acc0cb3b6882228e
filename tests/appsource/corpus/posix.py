import multiprocessing as mp
import os
import signal
import subprocess

context = mp.get_context("fork")  # expect: APP014
path = "/tmp/recording.wav"  # expect: APP014


def stop(process):
    os.kill(process.pid, signal.SIGKILL)  # expect: APP014


def tidy(name):
    subprocess.run(["rm", "-f", name])  # expect: APP014
    subprocess.run(["python3", "part.py"])  # expect: APP014


def serve(run):
    import uvloop  # expect: APP014

    uvloop.install()
    run()
