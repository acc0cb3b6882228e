"""The calls into NeMo and torch, and what they give back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from winasr_doctor.devices import DeviceKind, DeviceName
from winasr_doctor.findings import Remedy
from winasr_doctor.loader.errors import DeviceError, MissingPackageError
from winasr_doctor.loader.outcomes import Word
from winasr_doctor.origin import install_extra

_NEEDS_FILES = "EncDecMultiTaskModel"
"""Canary's class. Several releases fail on arrays, with timestamps or without ("'tuple' object has
no attribute 'audio'"), and long recordings are cut into pieces only when they come as a file:
NVIDIA-NeMo/Speech issues 15156, 15286 and 14877."""

LONG = 30.0
"""Seconds from which a recording is given to Canary alone: it cuts only a single one into pieces
(NeMo, `aed_multitask_models.py`, `enable_chunking`)."""


def choose_device(device: DeviceName) -> str:
    """Say where a model is to go.

    Args:
        device: What was asked for; `auto` is the first GPU if torch can use one, else the CPU.

    Returns:
        Torch's name of the device.

    Raises:
        MissingPackageError: torch cannot be imported.
        DeviceError: There is no such device, or this torch cannot use it.
    """
    try:
        import torch
    except Exception as error:
        raise _missing("torch", error) from error
    if device.kind is DeviceKind.AUTO:
        return "cuda:0" if torch.cuda.is_available() else "cpu"
    if device.kind is DeviceKind.MPS and not torch.backends.mps.is_available():
        raise _no_device("mps", "torch finds no GPU of Apple's that it can use")
    if device.kind is not DeviceKind.CUDA:
        return str(device.kind.value)
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if device.number >= count:
        raise _no_device(f"cuda:{device.number}", _why_no_cuda(torch.version.cuda, count))
    return f"cuda:{device.number}"


def restore(path: str, device: str) -> Any:  # noqa: ANN401 - a NeMo model
    """Restore a model from a `.nemo` file.

    Args:
        path: The file.
        device: Torch's name of where it is to go.

    Raises:
        MissingPackageError: NeMo cannot be imported.
        Exception: Whatever NeMo raises.
    """
    try:
        from nemo.collections.asr.models import ASRModel
    except Exception as error:
        raise _missing("NeMo", error) from error
    import torch

    try:
        model = ASRModel.restore_from(path, map_location=torch.device(device))
    except BaseException:
        _reset_restoring()
        raise
    model.eval()
    return model


def _reset_restoring() -> None:
    """Undo what a failed load leaves behind in NeMo.

    It keeps saying that a model is being restored, from a folder that is gone, which the next
    model that is made believes (`nemo/core/connectors/save_restore_connector.py`, 3.0.0).
    """
    with suppress(Exception):
        from nemo.utils import AppState

        state = AppState()
        state.is_model_being_restored = False
        state.nemo_file_folder = None


def needs_files(model: object) -> bool:
    """Tell whether a model must be given files, not arrays."""
    return any(cls.__name__ == _NEEDS_FILES for cls in type(model).__mro__)


def transcribe_batch(
    model: Any,  # noqa: ANN401 - a NeMo model
    inputs: Sequence[Any],
    *,
    timestamps: bool,
    options: Mapping[str, Any],
) -> list[tuple[str, tuple[Word, ...]]]:
    """Have NeMo transcribe some recordings at once.

    Args:
        model: An ASR model.
        inputs: Arrays of mono float32 samples at 16 kHz, or paths of such files.
        timestamps: Whether to ask for the words' times.
        options: Passed on to the model.

    Returns:
        The text and the words of each, in the same order.

    Raises:
        Exception: Whatever NeMo raises.
    """
    # num_workers: NeMo's own default, said aloud because another starts processes on Windows.
    given = {"num_workers": 0, "verbose": False, **options}
    if timestamps:
        given["timestamps"] = True
    results = model.transcribe(list(inputs), batch_size=len(inputs), **given)
    texts = [(_text(each), tuple(_words(each)) if timestamps else ()) for each in _flat(results)]
    if len(texts) != len(inputs):
        raise RuntimeError(f"NeMo gave {len(texts)} texts for {len(inputs)} recordings")
    return texts


def _flat(results: Any) -> list[Any]:  # noqa: ANN401 - NeMo's results
    """Return one result per recording.

    A beam search gives a pair of best and all hypotheses, and older releases did so always.
    """
    if isinstance(results, tuple):
        results = results[0]
    return [each[0] if isinstance(each, (list, tuple)) and each else each for each in results or ()]


def _text(result: Any) -> str:  # noqa: ANN401 - a text or a `Hypothesis`
    return str(result if isinstance(result, str) else getattr(result, "text", None) or "")


def _words(result: Any) -> Iterator[Word]:  # noqa: ANN401 - a `Hypothesis`
    """Yield the words with their times; the attribute is called `timestep` in older releases."""
    times = getattr(result, "timestamp", None) or getattr(result, "timestep", None)
    if not isinstance(times, Mapping):
        return
    for entry in times.get("word") or ():
        if "start" in entry and "end" in entry:
            yield Word(str(entry["word"]), float(entry["start"]), float(entry["end"]))


def _missing(package: str, error: BaseException) -> MissingPackageError:
    return MissingPackageError(
        f"{package} cannot be imported: {_first_line(error)}.",
        (
            Remedy(
                "Install or repair it",
                (
                    install_extra("asr"),
                    "python -m winasr_doctor scan --select NEM,ENV says what is missing or broken",
                ),
            ),
        ),
    )


def _why_no_cuda(cuda: str | None, count: int) -> str:
    if cuda is None:
        return "the torch that is installed was built without CUDA"
    if count == 0:
        return "torch finds no NVIDIA GPU, or no driver for it"
    return f"there are {count}, counted from 0"


def _no_device(device: str, why: str) -> DeviceError:
    return DeviceError(
        f"The model cannot be loaded on {device}: {why}.",
        (
            Remedy(
                "Use another device, or cure this one",
                (
                    'Load it with device="auto" or device="cpu"',
                    "python -m winasr_doctor scan --select ENV says what keeps torch from the GPU",
                ),
            ),
        ),
    )


def _first_line(error: BaseException) -> str:
    try:
        lines = str(error).strip().splitlines()
    except Exception:  # noqa: BLE001 - an error whose own text fails
        lines = []
    return (lines[0] if lines else type(error).__name__).rstrip(".")
