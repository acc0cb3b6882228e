"""A page as people write it: one button, one global model, errors shown as `str(e)`.

    python gradio_page.py MODEL.nemo [PORT]

It never heard of winasr_doctor. Its mistakes: it catches every exception, so that the traceback
is gone and a cleanup that failed looks like a transcription that failed; and it loads the model
inside the first click.
"""

import os
import sys

import gradio as gr
from nemo.collections.asr.models import ASRModel

MODEL_PATH = sys.argv[1] if len(sys.argv) > 1 else os.environ["ASR_MODEL"]
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 7860  # noqa: PLR2004

model = None


def transcribe(path: str | None) -> str:
    """Return the text of a recording, or the error's."""
    global model  # noqa: PLW0603 - one of the mistakes
    if not path:
        return "Please choose a recording."
    try:
        if model is None:
            model = ASRModel.restore_from(MODEL_PATH, map_location="cpu")
        result = model.transcribe([path], verbose=False)
        return str(result[0].text)
    except Exception as e:  # noqa: BLE001 - one of the mistakes
        return f"Error: {e}"


with gr.Blocks(title="Transcribe") as page:
    audio = gr.Audio(type="filepath", label="Recording")
    button = gr.Button("Transcribe")
    text = gr.Textbox(label="Text")
    button.click(transcribe, audio, text, api_name="transcribe")

if __name__ == "__main__":
    page.launch(server_name="127.0.0.1", server_port=PORT, quiet=True)
