import tkinter as tk
import traceback
from tkinter import messagebox

from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")
root = tk.Tk()


def in_a_lambda(path):
    try:
        return model.transcribe([path])[0].text
    except Exception as error:
        whole = "".join(traceback.format_exception(error))
        root.after(0, lambda: messagebox.showerror("Error", whole))


def in_a_function(path):
    try:
        return model.transcribe([path])[0].text
    except Exception as error:

        def show(error=error):
            traceback.print_exception(error)
            messagebox.showerror("Error", str(error))

        root.after(0, show)
