from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

from flask import Flask

app = Flask(__name__)


@app.route("/asr")
def asr():
    return model.transcribe(["a.wav"])[0].text


app.run(threaded=False)
