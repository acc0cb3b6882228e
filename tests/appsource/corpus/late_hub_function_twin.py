import os


def prepare(folder):
    os.environ["HF_HOME"] = folder
    from nemo.collections.asr.models import ASRModel

    return ASRModel.from_pretrained("nvidia/parakeet-tdt-0.6b-v2")


def other(folder):
    def later():
        import gradio

        return gradio

    os.environ["HF_HOME"] = folder
    return later
