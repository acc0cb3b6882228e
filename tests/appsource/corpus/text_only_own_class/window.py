import engine
from PySide6.QtWidgets import QMessageBox


def on_click(parent, path):
    try:
        return engine.text_of(path)
    except engine.TranscriptionError as error:  # expect: APP003
        QMessageBox.critical(parent, "Error", f"Failed: {error}")
