import os


def prepare(folder):
    from nemo.collections.asr.models import ASRModel

    os.environ["HF_HOME"] = folder  # expect: APP013
    return ASRModel.from_pretrained("nvidia/parakeet-tdt-0.6b-v2")


def temp(folder):
    import tempfile

    import torch

    os.environ["TEMP"] = folder  # expect: APP005
    return torch, tempfile.mkdtemp()
