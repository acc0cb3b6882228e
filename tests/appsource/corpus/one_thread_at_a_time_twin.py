import threading
import tkinter as tk

from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


class Window:
    def __init__(self, root):
        self.button = tk.Button(root, command=self.start)
        self.is_transcribing = False
        self.waiting = []

    def start(self):
        self.button.config(state="disabled")
        threading.Thread(target=self.work, args=("a.wav",), daemon=True).start()

    def on_key(self, path):
        if self.is_transcribing:
            return
        self.is_transcribing = True
        threading.Thread(target=self.work, args=(path,), daemon=True).start()

    def next_one(self):
        if self.waiting and not self.is_transcribing:
            threading.Thread(target=self.work, args=(self.waiting.pop(),)).start()

    def work(self, path):
        self.is_transcribing = True
        print(model.transcribe([path])[0].text)
        self.is_transcribing = False
