import gradio as gr
import whisperx


def text_of(path, language):
    model = whisperx.load_model("small", "cuda", language=language)  # expect: APP008
    return model.transcribe(path)["segments"][0]["text"]


def prepare():
    whisperx.load_model("small", "cpu")
    return "ready"


with gr.Blocks() as page:
    audio, text, language = gr.Audio(type="filepath"), gr.Textbox(), gr.Textbox()
    gr.Button("Transcribe").click(text_of, [audio, language], text)
    gr.Button("Download").click(prepare, None, text)

page.launch(show_error=True)
