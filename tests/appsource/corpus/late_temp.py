from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

import os

os.environ["TEMP"] = "D:/scratch"  # expect: APP005
