"""The doctor starts in a blink, also where torch and NeMo are broken."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("torch", "nemo", "gradio", "pandas", "numpy", "huggingface_hub", "transformers")
LATE = ("rich", "jinja2", "sqlite3", "importlib.metadata", "psutil")


@pytest.mark.parametrize(
    "code",
    [
        "import winasr_doctor",
        "import winasr_doctor; winasr_doctor.scan",
        "from winasr_doctor.checks import all_checks; all_checks()",
        "from winasr_doctor import scan, testing; scan(testing.machine())",
    ],
)
def test_neither_heavy_nor_late_modules_are_imported(code):
    watch = f"; import sys; print(*sorted(set({HEAVY + LATE!r}) & set(sys.modules)))"
    finished = subprocess.run(
        [sys.executable, "-c", code + watch], capture_output=True, text=True, check=True
    )
    assert finished.stdout.split() == []


def test_a_live_scan_imports_nothing_heavy():
    code = (
        "import sys; from winasr_doctor import scan; scan();"
        f"print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert finished.stdout.split() == []


def test_the_public_names_are_listed_and_lazy():
    import winasr_doctor

    assert set(winasr_doctor.__all__) <= set(dir(winasr_doctor))
    for name in winasr_doctor.__all__:
        assert getattr(winasr_doctor, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        _ = winasr_doctor.nonsense
