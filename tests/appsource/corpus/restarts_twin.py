import os
import subprocess
import sys


def restart():
    sys.exit(subprocess.call([sys.executable, *sys.argv]))


def restart_anywhere():
    if os.name != "nt":
        os.execv(sys.executable, [sys.executable] + sys.argv)
    subprocess.Popen([sys.executable, *sys.argv])


def fixed():
    os.execlp("ffmpeg", "ffmpeg", "-version")


def quoted():
    os.execv(sys.executable, [f'"{sys.executable}"', *sys.argv])
