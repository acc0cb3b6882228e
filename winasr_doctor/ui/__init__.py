"""The transcription page: a Gradio front end for the loader that shows every error."""
