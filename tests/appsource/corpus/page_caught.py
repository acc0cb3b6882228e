import logging

import gradio as gr
from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def text_of(path):
    try:
        return model.transcribe([path])[0].text
    except Exception:
        logging.exception("transcription failed")
        return "The transcription failed, see the log"


def saved(text, path):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


with gr.Blocks() as page:
    audio, text, name = gr.Audio(type="filepath"), gr.Textbox(), gr.Textbox()
    gr.Button("Transcribe").click(text_of, audio, text)
    gr.Button("Save").click(saved, [text, name], name)

page.launch()  # expect: APP006
