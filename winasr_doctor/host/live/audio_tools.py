"""Finds the programs that read other audio than wav and flac."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winasr_doctor import programs
from winasr_doctor.host.model import AudioTools

if TYPE_CHECKING:
    from winasr_doctor.host.live.host import LiveHost


def read(_host: LiveHost) -> AudioTools:
    """Look for them on PATH."""
    return AudioTools(
        ffmpeg=programs.find("ffmpeg"),
        ffprobe=programs.find("ffprobe"),
        sox=programs.find("sox"),
    )
