import os
from pathlib import Path

from winasr_doctor.machine.live import LiveMachine, audio_tools


def test_programs_are_found_on_path(monkeypatch, tmp_path):
    program = tmp_path / ("ffmpeg.exe" if os.name == "nt" else "ffmpeg")
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    read = audio_tools.read(LiveMachine())
    assert Path(read.ffmpeg).samefile(program)
    assert (read.ffprobe, read.sox) == (None, None)
