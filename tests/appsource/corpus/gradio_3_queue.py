from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

import gradio as gr


def from_audio(path):
    return model.transcribe([path])[0].text


def from_video(path):
    return model.transcribe([path])[0].text


with gr.Blocks() as demo:
    gr.Button().click(from_audio, gr.Audio(), gr.Textbox())
    gr.Button().click(from_video, gr.Video(), gr.Textbox())
demo.queue(concurrency_count=1).launch(show_error=True)
