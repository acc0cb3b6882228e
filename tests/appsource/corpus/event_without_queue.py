from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

import gradio as gr


def text_of(path):
    return model.transcribe([path])[0].text


with gr.Blocks() as demo:
    gr.Button().click(text_of, gr.Audio(), gr.Textbox(), queue=False)  # expect: APP008
demo.launch(show_error=True)
