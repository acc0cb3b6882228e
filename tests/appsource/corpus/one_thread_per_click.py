import threading
import tkinter as tk

from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


class Window:
    def __init__(self, root):
        self.button = tk.Button(root, command=self.start)
        self.path = ""
        self.is_ready = True

    def start(self):
        if not self.path:
            return
        if self.is_ready:
            threading.Thread(target=self.work, daemon=True).start()  # expect: APP008
        self.button.config(state="disabled")

    def work(self):
        print(model.transcribe([self.path])[0].text)
