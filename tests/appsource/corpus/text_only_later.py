import tkinter as tk
from tkinter import messagebox

from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")
root = tk.Tk()


def with_default(path):
    try:
        return model.transcribe([path])[0].text
    except Exception as error:  # expect: APP003
        root.after(0, lambda error=error: messagebox.showerror("Error", str(error)))


def in_a_lambda(path):
    try:
        return model.transcribe([path])[0].text
    except Exception as error:  # expect: APP003
        root.after(0, lambda: messagebox.showerror("Error", f"failed: {error}"))


def in_a_function(path):
    try:
        return model.transcribe([path])[0].text
    except Exception as error:  # expect: APP003

        def show():
            messagebox.showerror("Error", str(error))

        root.after(0, show)
