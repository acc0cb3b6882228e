import logging

import gradio as gr
from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def text_of(path):
    if not path:
        return "Choose a file", gr.update(visible=False)
    text = ""
    if len(path) > 100:
        return "That name is too long", gr.update(visible=True)
    try:
        text = model.transcribe([path])[0].text
    except Exception:
        logging.exception("transcription failed")
        return "The transcription failed, see the log", gr.update(visible=True)
    return text, gr.update(visible=False)


def length_of(path):
    try:
        return str(len(open(path, "rb").read()))
    except OSError as error:
        raise gr.Error("No such file") from error
    except Exception as error:
        raise gr.Error("It cannot be read") from error


with gr.Blocks() as page:
    audio, text, more = gr.Audio(type="filepath"), gr.Textbox(), gr.Button("Again")
    gr.Button("Transcribe").click(text_of, audio, [text, more])
    audio.upload(length_of, audio, text)
    more.click(lambda: gr.update(value=""), None, text)
    page.load(None, js="() => {}")

page.launch()
