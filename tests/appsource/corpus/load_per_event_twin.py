import gradio as gr
from nemo.collections.asr.models import ASRModel

model = None


def load(name):
    global model
    model = ASRModel.from_pretrained(name)
    return "loaded"


def transcribe(path):
    return model.transcribe([path])[0].text


with gr.Blocks() as page:
    name, audio, text = gr.Textbox(), gr.Audio(type="filepath"), gr.Textbox()
    gr.Button("Load").click(load, name, text)
    gr.Button("Transcribe").click(transcribe, audio, text)

page.launch(show_error=True)
