from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

import threading

from flask import Flask

app = Flask(__name__)
transcribe_lock = threading.Lock()


def work(path):
    with transcribe_lock:
        return model.transcribe([path])[0].text


@app.route("/asr")
def asr():
    return work("a.wav")


app.run()
