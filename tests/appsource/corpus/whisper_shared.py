from concurrent.futures import ThreadPoolExecutor

import gradio as gr
import whisper
import whisperx

model = whisper.load_model("base")


class Engine:
    def __init__(self):
        self.model = whisperx.load_model("large-v2", "cuda")

    def text(self, path):
        return self.model.transcribe(path)


engine = Engine()


def everything(paths):
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(engine.text, paths))  # expect: APP008


def upload(path):
    return model.transcribe(path)["text"]


def record(path):
    return model.transcribe(path)["text"]


with gr.Blocks() as page:
    file, out = gr.Audio(), gr.Textbox()
    gr.Button("Upload").click(upload, file, out)
    gr.Button("Record").click(record, file, out)  # expect: APP008
page.launch(show_error=True)
