import os
import sys


def restart():
    os.execv(sys.executable, [sys.executable] + sys.argv)  # expect: APP017


def restart_as_module():
    os.execl(sys.executable, sys.executable, "-m", "app", *sys.argv[1:])  # expect: APP017
