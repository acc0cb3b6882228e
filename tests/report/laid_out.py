"""Lays out a diagnosis as a terminal shows it."""

from __future__ import annotations

from winasr_doctor.diagnosis import Diagnosis
from winasr_doctor.diagnosis.showing import show
from winasr_doctor.report import RenderOptions
from winasr_doctor.report.text_layout import render_blocks


def shown_in_text(diagnosis: Diagnosis, *, width: int = 80, verbose: bool = True) -> str:
    return render_blocks(show(diagnosis, verbose=verbose), RenderOptions(width=width))
