import os

os.environ["TEMP"] = "D:/scratch"

from nemo.collections.asr.models import ASRModel
