import subprocess
import sys


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
