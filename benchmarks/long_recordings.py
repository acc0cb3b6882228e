"""Measures `transcribe` on long recordings: `python benchmarks/long_recordings.py`.

It needs NeMo. Recordings are made from the bundled ones. The first table compares cutting into
pieces with one pass over the whole, where the whole fits into memory; the second shows the peak
memory of a process for recordings of 1 to 60 minutes. Each figure is from a process of its own with
one thread: several wait for each other busily, which counts as CPU time. The last line gives the
largest overhead and how much more memory the longest recording takes than the shortest.
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
        one, cut = (_in_process(seconds, repeat, whole=whole) for whole in (True, False))
        overhead = cut["cpu"] / one["cpu"] - 1
        overheads.append(overhead)
        same = "yes" if one["text"] == cut["text"] else "NO"
        print(
            f"| {seconds} s | {one['cpu']:.2f} s | {cut['cpu']:.2f} s | {overhead:+.1%} | {same} |"
        )
    print("\n| audio | CPU | peak memory | words right |")
    print("|---|---:|---:|---|")
    for minutes in MINUTES:
        got = _in_process(60 * minutes, 1, whole=False)
        peak = got["peak"] / 1000
        peaks.append(peak)
        print(f"| {minutes} min | {got['cpu']:.1f} s | {peak:.0f} MB | {got['right']} |")
    grown = max(peaks) / peaks[0] - 1
    print(f"\nLargest overhead of cutting {max(overheads):+.1%}; memory grows by {grown:.1%}.")


def _in_process(seconds: int, repeat: int, *, whole: bool) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "result.json")
        work = (sys.executable, __file__, str(seconds), str(repeat), str(int(whole)), str(out))
        one_thread = {**os.environ, "OMP_NUM_THREADS": "1"}
        subprocess.run(work, check=True, capture_output=True, env=one_thread)
        return dict(json.loads(out.read_text(encoding="utf-8")))


def _work(seconds: int, repeat: int, whole: bool, out: str) -> None:
    """Transcribe in this process, and write what it took."""
    from winasr_doctor.asr import load_model, piece_length, transcribe

    if whole:
        piece_length.LONGEST = float(seconds + 1)
    model = load_model("tiny", device="cpu", scan=False).model
    with tempfile.TemporaryDirectory() as folder:
        path, expected = _recording(Path(folder, "long.wav"), seconds)
        transcribe(model, files("winasr_doctor") / "data" / "f3.wav")  # the first use takes longer
        times = []
        for _ in range(repeat):
            started = time.process_time()
            text = transcribe(model, path, timestamps=True).text
            times.append(time.process_time() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    right = "all" if text == expected else "not all"
    result = {"cpu": min(times), "peak": peak, "text": text, "right": right}
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
