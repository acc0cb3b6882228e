"""Finds the programs that read other audio than wav and flac."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from winasr_doctor.host.model import AudioTools

if TYPE_CHECKING:
    from winasr_doctor.host.live.host import LiveHost


def read(_host: LiveHost) -> AudioTools:
    """Look for them on PATH, as the app would."""
    return AudioTools(
        ffmpeg=shutil.which("ffmpeg"),
        ffprobe=shutil.which("ffprobe"),
        sox=shutil.which("sox"),
    )
