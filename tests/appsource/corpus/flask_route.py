from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

from flask import Flask

app = Flask(__name__)


def work(path):
    return model.transcribe([path])[0].text


@app.route("/asr")
def asr():
    return work("a.wav")  # expect: APP008


app.run()
