import os

os.environ["HF_HOME"] = "D:/models"

from nemo.collections.asr.models import ASRModel

os.environ["NEMO_CACHE_DIR"] = "D:/nemo"
