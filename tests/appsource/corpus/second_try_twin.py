from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def load():
    try:
        return ASRModel.restore_from("b.nemo", map_location="cuda")
    except Exception:
        return ASRModel.restore_from("b.nemo", map_location="cpu")
