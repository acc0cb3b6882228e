"""Measures `transcribe` on long recordings: `python benchmarks/long_recordings.py`.

It needs NeMo. Recordings are made from the bundled ones. The first table compares cutting into
pieces with one pass over the whole, where the whole fits into memory; the second shows the peak
memory of a process for recordings of 1 to 60 minutes. Each row is from a process of its own with
one thread: several wait for each other busily, which counts as CPU time. The last line gives the
largest overhead and how much more memory a longer recording takes than the shortest.

For the second table, glibc returns a freed block of 64 KiB or more to the system at once, so the
peak is what is held. Otherwise it keeps gaps, whose number varies by 40 MB from run to run.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path

RATE = 16_000
WHOLE = (60, 90, 120)
"""Seconds of audio that are also transcribed in one pass."""

MINUTES = (1, 10, 60)

_WORKER = 5
"""How many arguments a process of ours has, itself included."""


def main() -> None:
    """Measure, and print two Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeat", type=int, default=3, help="runs of each comparison")
    repeat = parser.parse_args().repeat
    print("| audio | one pass, CPU | in pieces, CPU | overhead | same text |")
    print("|---|---:|---:|---:|---|")
    overheads, peaks = [], []
    for seconds in WHOLE:
        both = _in_process(seconds, repeat, whole=True)
        one, cut = both["whole"], both["cpu"]
        overhead = cut / one - 1
        overheads.append(overhead)
        same = "yes" if both["same"] else "NO"
        print(f"| {seconds} s | {one:.2f} s | {cut:.2f} s | {overhead:+.1%} | {same} |")
    print("\n| audio | peak memory | words right |")
    print("|---|---:|---|")
    for minutes in MINUTES:
        got = _in_process(60 * minutes, 1, whole=False)
        peak = got["peak"] / 1000
        peaks.append(peak)
        print(f"| {minutes} min | {peak:.0f} MB | {got['right']} |")
    grown = max(peaks) / peaks[0] - 1
    print(f"\nLargest overhead of cutting {max(overheads):+.1%}; memory grows by {grown:.1%}.")


def _in_process(seconds: int, repeat: int, *, whole: bool) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "result.json")
        work = (sys.executable, __file__, str(seconds), str(repeat), str(int(whole)), str(out))
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        if not whole:
            environment["MALLOC_MMAP_THRESHOLD_"] = "65536"
        subprocess.run(work, check=True, capture_output=True, env=environment)
        return dict(json.loads(out.read_text(encoding="utf-8")))


def _work(seconds: int, repeat: int, whole: bool, out: str) -> None:
    """Transcribe in this process, and write what it took."""
    from winasr_doctor.asr import load_model, piece_length, transcribe

    usual = piece_length.LONGEST
    lengths = (float(seconds + 10), usual) if whole else (usual,)
    model = load_model("tiny", device="cpu", scan=False).model
    with tempfile.TemporaryDirectory() as folder:
        path, expected = _recording(Path(folder, "long.wav"), seconds)
        transcribe(model, files("winasr_doctor") / "data" / "f3.wav")  # the first use takes longer
        times: dict[float, list[float]] = {longest: [] for longest in lengths}
        texts = []
        for longest in lengths * repeat:  # in turn, so that another program disturbs both alike
            piece_length.LONGEST = longest
            started = time.process_time()
            texts.append(transcribe(model, path, timestamps=True).text)
            times[longest].append(time.process_time() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    right = "all" if texts[-1] == expected else "not all"
    cpu = {"cpu": min(times[usual]), "whole": min(times[lengths[0]])}
    result = {**cpu, "peak": peak, "same": len(set(texts)) == 1, "right": right}
    Path(out).write_text(json.dumps(result), encoding="utf-8")


def _recording(path: Path, seconds: int) -> tuple[Path, str]:
    """Write the bundled recordings again and again, with pauses; return the file and its text."""
    import numpy as np
    import soundfile

    data = Path(str(files("winasr_doctor") / "data"))
    facts = json.loads((data / "tiny-tdt.json").read_text(encoding="utf-8"))["recordings"]
    pause, texts, written = np.zeros(RATE // 2, np.float32), [], 0
    clips = [
        (soundfile.read(data / each["file"], dtype="float32")[0], each["text"]) for each in facts
    ]
    with soundfile.SoundFile(path, "w", RATE, 1) as file:
        while written < seconds * RATE:
            clip, text = clips[len(texts) % len(clips)]
            file.write(np.concatenate((clip, pause)))
            written += len(clip) + len(pause)
            texts.append(text)
    return path, " ".join(texts)


if __name__ == "__main__":
    if len(sys.argv) == _WORKER:
        _work(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "1", sys.argv[4])
    else:
        main()
