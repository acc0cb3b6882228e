from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

import os

os.environ["HF_HOME"] = "D:/models"  # expect: APP013


def offline():
    os.environ["HF_HUB_OFFLINE"] = "1"  # expect: APP013
