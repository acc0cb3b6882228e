import subprocess
import sys
import threading


def run():
    process = subprocess.Popen([sys.executable, "part.py"], stderr=subprocess.PIPE)
    output, errors = process.communicate()
    return process.wait(), errors


def together():
    process = subprocess.Popen(
        [sys.executable, "part.py"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    for line in process.stdout:
        print(line)
    process.wait()


def free():
    subprocess.Popen([sys.executable, "part.py"]).wait()


def in_a_thread():
    process = subprocess.Popen([sys.executable, "part.py"], stdout=subprocess.PIPE)

    def read():
        for line in process.stdout:
            print(line)

    threading.Thread(target=read).start()
    process.wait()


def both():
    process = subprocess.Popen(
        [sys.executable, "part.py"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    threading.Thread(target=print, args=process.stderr).start()
    for line in process.stdout:
        print(line)
    process.wait()


def handed_on(drain):
    process = subprocess.Popen(
        [sys.executable, "part.py"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    drain(process)
    for line in process.stdout:
        print(line)
