"""Finds the programs that read audio other than wav and flac."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winasr_doctor._util import programs
from winasr_doctor.machine.model import AudioTools

if TYPE_CHECKING:
    from winasr_doctor.machine.live.machine import LiveMachine


def read(_host: LiveMachine) -> AudioTools:
    """Look for them on PATH."""
    return AudioTools(
        ffmpeg=programs.find("ffmpeg"),
        ffprobe=programs.find("ffprobe"),
        sox=programs.find("sox"),
    )
