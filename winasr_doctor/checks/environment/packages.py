"""ENV013 to ENV016: packages that do not fit the GPU, torch, each other or this Python."""

from __future__ import annotations

from collections.abc import Iterable

from winasr_doctor.checks.base import check
from winasr_doctor.checks.predicted_errors import foretold
from winasr_doctor.findings import Finding
from winasr_doctor.machine.base import Machine


@check("ENV013", reads=("packages", "gpus", "python"))
def build_does_not_fit_the_gpu(host: Machine) -> Iterable[Finding]:
    """An installed build does not fit this GPU, or lacks its CUDA libraries.

    **What.** Compares the builds of torch and CTranslate2 (the engine of faster-whisper) with the
    GPUs' generation, and looks for the packages with the CUDA libraries that CTranslate2 needs.
    **Why.** A build has code for only some generations of GPUs. On any other, the first calculation
    fails: `no kernel image is available for execution on the device`.
    **Decided by.** The catalogue of known errors and its table of builds, by the GPU's name in
    `nvidia-smi`. A GPU that is not in the table is not judged. Libraries that may be on PATH are
    a warning.
    **Do.** Install the build that fits, keeping the version.
    **Source.** torch's `torch/cuda/__init__.py`; the sources that the known error names.
    """
    yield from foretold(host, "ENV013")


@check("ENV014", reads=("packages", "python"))
def partner_of_torch_does_not_belong(host: Machine) -> Iterable[Finding]:
    """A partner package does not match the installed torch.

    **What.** torchaudio, torchvision and torchcodec: their versions, and their CUDA builds.
    **Why.** Their DLLs are built for one version of torch. With another, the import fails with
    WinError 127 or `operator torchvision::nms does not exist`. transformers, and therefore NeMo,
    imports them if they are installed.
    **Decided by.** The table of partners. torchaudio compares the whole CUDA version, torchvision
    the major one. A torch that is not in the table is not judged.
    **Do.** Install the partner that matches this torch, from the same index.
    **Source.** torchcodec's README; the release notes of torchvision and torchaudio.
    """
    yield from foretold(host, "ENV014")


@check("ENV015", reads=("packages", "python", "environment"))
def packages_do_not_work_together(host: Machine) -> Iterable[Finding]:
    """Installed packages do not work together.

    **What.** The versions of packages that fail together according to known errors, such as
    pyannote.audio 3 with huggingface_hub 1, or an old Gradio with a new pydantic.
    **Why.** pip installs such pairs if their metadata allows it, and the error names neither.
    **Decided by.** The catalogue of known errors.
    **Do.** Follow the known error's advice; `explain ID` has more details.
    **Source.** The sources that the known error names.
    """
    yield from foretold(host, "ENV015")


@check("ENV016", reads=("packages", "python"))
def package_does_not_work_with_this_python(host: Machine) -> Iterable[Finding]:
    """An installed package does not work with this Python.

    **What.** Packages that import modules removed in Python 3.13, if the package that brings those
    modules back is missing.
    **Why.** The import fails, for example with `No module named 'pyaudioop'` from pydub.
    **Decided by.** The catalogue of known errors.
    **Do.** Install the package that brings the module back.
    **Source.** docs.python.org, "What's New In Python 3.13"; the sources that the known error
    names.
    """
    yield from foretold(host, "ENV016")
