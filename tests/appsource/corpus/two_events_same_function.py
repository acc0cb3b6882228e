from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

import gradio as gr


def text_of(path):
    return model.transcribe([path])[0].text


with gr.Blocks() as demo:
    audio, video, out = gr.Audio(), gr.Video(), gr.Textbox()
    gr.Button().click(text_of, audio, out)
    gr.Button().click(text_of, video, out)
    gr.Button().click(lambda: "", None, out)
demo.launch(show_error=True)
