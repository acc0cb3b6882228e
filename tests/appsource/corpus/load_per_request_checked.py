from flask import Flask, jsonify, request
from nemo.collections.asr.models import ASRModel

app = Flask(__name__)


@app.route("/text", methods=["POST"])
def text_of():
    if "file" not in request.files:
        return jsonify({"error": "no file"}), 400
    path = request.files["file"].filename
    if not path:
        return "no name"
    model = ASRModel.from_pretrained("nvidia/parakeet-tdt-0.6b-v2")  # expect: APP008
    return jsonify(model.transcribe([path])[0].text)
