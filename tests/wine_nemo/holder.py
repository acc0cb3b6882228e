"""A second Windows process: `holder.py FOLDER NAME SECONDS` opens a file as soon as it is there.

It says `ready`, then `held PATH`, and keeps the file for that many seconds, or until its standard
input ends when SECONDS is `ever`. Then it says `let go`. Opened as `open` does it, the file can be
read and written by others, but not deleted: what an antivirus or an indexer does.
"""

import fnmatch
import os
import sys
import time


def find(folder, pattern):
    """Return the path of a file in a folder, or `None`."""
    for place, _, names in os.walk(folder):
        for name in fnmatch.filter(names, pattern):
            return os.path.join(place, name)
    return None


def main(folder, pattern, seconds):
    print("ready", flush=True)
    held = None
    while held is None:
        path = find(folder, pattern)
        try:
            held = path and open(path, "rb")  # noqa: SIM115 - for as long as told
        except OSError:
            held = None  # gone, or not quite there
        if held is None:
            time.sleep(0.002)
    print(f"held {path}", flush=True)
    if seconds == "ever":
        sys.stdin.read()
    else:
        time.sleep(float(seconds))
    held.close()
    print("let go", flush=True)


main(*sys.argv[1:])
