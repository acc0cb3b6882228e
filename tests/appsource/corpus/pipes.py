import subprocess
import sys


def run():
    process = subprocess.Popen([sys.executable, "part.py"], stderr=subprocess.PIPE)
    code = process.wait()  # expect: APP015
    return code, process.stderr.read()


def half():
    process = subprocess.Popen(
        [sys.executable, "part.py"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    for line in process.stdout:
        print(line)
    process.wait()  # expect: APP015


def told_in_a_thread():
    process = subprocess.Popen([sys.executable, "part.py"], stdout=subprocess.PIPE)

    def say():
        print(process.pid)

    say()
    process.wait()  # expect: APP015


def one_after_the_other():
    process = subprocess.Popen(
        [sys.executable, "part.py"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    output = process.stdout.read()  # expect: APP015
    return output, process.stderr.read()


def one_alone():
    process = subprocess.Popen(
        [sys.executable, "part.py"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    for line in process.stdout:  # expect: APP015
        print(line)
