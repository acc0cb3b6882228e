from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

import gradio as gr


def from_audio(path):
    return model.transcribe([path])[0].text


def from_video(path):
    return model.transcribe([path])[0].text


with gr.Blocks() as demo:
    audio, video, out = gr.Audio(), gr.Video(), gr.Textbox()
    gr.Button().click(from_audio, audio, out, concurrency_id="model")
    gr.Button().click(from_video, video, out, concurrency_id="model")
demo.launch(show_error=True)
