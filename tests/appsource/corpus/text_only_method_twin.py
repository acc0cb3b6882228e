from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


class App:
    def __init__(self):
        self.model = ASRModel.restore_from("m.nemo")

    def text(self, path):
        return self.model.transcribe([path])

    def clicked(self, path):
        try:
            self.show(self.text(path))
        except Exception as error:
            self.failed(error)

    def failed(self, error):
        import logging

        logging.getLogger(__name__).error("failed", exc_info=error)

    def show(self, text):
        print(text)
