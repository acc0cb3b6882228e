import logging

import engine


def on_click(path):
    try:
        return engine.text_of(path)
    except engine.TooLong as error:
        print(f"Too long: {error}")
    except engine.TranscriptionError as error:
        logging.exception("transcription failed")
        print(f"Failed: {error}")


def on_menu(path):
    try:
        return engine.text_of(path)
    except engine.TooLong as error:
        print(f"Too long: {error}")
