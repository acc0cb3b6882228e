"""Lists every table of the package that ages; see `winasr_doctor._util.dated`."""

from __future__ import annotations

from typing import Any

from winasr_doctor._util.dated import Dated
from winasr_doctor.catalogue.tables.aging import (
    CTRANSLATE2,
    GPU_BUILDS,
    NUMBERS,
    PACKAGES,
    TORCH_PARTNERS,
)
from winasr_doctor.checks.antivirus.dev_drive import NEEDED_PLATFORM
from winasr_doctor.checks.nemo.install import NEEDED
from winasr_doctor.checks.nemo.pairs import REQUIREMENTS
from winasr_doctor.checks.new_environment import FIRST_TORCH
from winasr_doctor.checks.predicted_errors import FORETOLD
from winasr_doctor.checks.versions import NEWEST, WHEELS
from winasr_doctor.models.known import CANARY_NEEDS, MODELS
from winasr_doctor.windows.cpython_fixes import CLEANUP_FIXED, NAME_SEARCH_FIXED

TABLES: tuple[Dated[Any], ...] = (
    WHEELS,
    NEWEST,
    REQUIREMENTS,
    NEEDED,
    FORETOLD,
    CLEANUP_FIXED,
    NAME_SEARCH_FIXED,
    MODELS,
    CANARY_NEEDS,
    NEEDED_PLATFORM,
    FIRST_TORCH,
    GPU_BUILDS,
    TORCH_PARTNERS,
    CTRANSLATE2,
    NUMBERS,
    PACKAGES,
)
"""The tables that a package index can update come first."""
