import gradio as gr
from nemo.collections.asr.models import ASRModel


def transcribe(path):
    model = ASRModel.from_pretrained("nvidia/parakeet-tdt-0.6b-v2")  # expect: APP008
    return model.transcribe([path])[0].text


def from_link(link):
    return transcribe(link)  # expect: APP008


with gr.Blocks() as page:
    audio, text, link = gr.Audio(type="filepath"), gr.Textbox(), gr.Textbox()
    gr.Button("Transcribe").click(transcribe, audio, text)
    gr.Button("Download").click(from_link, link, text)

page.launch(show_error=True)
