from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

from http.server import BaseHTTPRequestHandler, HTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.wfile.write(model.transcribe(["a.wav"])[0].text.encode())


HTTPServer(("127.0.0.1", 8000), Handler).serve_forever()
